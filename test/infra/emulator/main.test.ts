import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Local } from '../../../infra/emulator/local-file.ts'
import { mutualTlsRequest } from '../../../infra/emulator/mutual-tls-request.ts'
import { runScript, type Script } from '../../support/script.ts'

const MAIN = 'infra/emulator/main.ts'
const FRONT_END = ['--front-end-port', '--front-end-mtls-port', '--resource-port']
const PORTS = ['--mtls-port', '--api-port', ...FRONT_END, '--library-port']
const FREE = PORTS.flatMap((option) => [option, '0'])
/** Without curl on the machine its test is left out, aloud. */
const CURL = spawnSync('curl', ['--version']).status === 0 ? ['curl'] : []
if (CURL.length === 0) console.warn('no curl here: "prints curl lines that work as printed" is left out')

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'certbound-start-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function start(...more: string[]): Promise<{ script: Script; local: Local }> {
  const script = runScript(MAIN, [...FREE, '--directory', directory, ...more])
  await script.printed('Ctrl-C stops')
  return { script, local: JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local }
}

async function stop({ process, ended }: Script): Promise<number | null> {
  process.kill('SIGINT')
  return ended
}

async function tlsOf({ clients, caFile }: Local, type: 'PUBLIC' | 'CONFIDENTIAL') {
  const client = clients.find((candidate) => candidate.type === type)
  if (client === undefined) throw new Error(`no ${type} client`)
  const [ca, cert, key] = await Promise.all(
    [caFile, client.certificateFile, client.keyFile].map((file) => readFile(file, 'utf8')),
  )
  const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret ?? ''}`).toString('base64')}`
  return { identity: { ca: ca ?? '', cert: cert ?? '', key: key ?? '' }, authorization }
}

async function obtainToken(local: Local): Promise<string> {
  const { identity, authorization } = await tlsOf(local, 'CONFIDENTIAL')
  const form = 'grant_type=client_credentials'
  const answer = await mutualTlsRequest(`${local.mtlsUrl}/token`, identity, {
    form,
    headers: { authorization },
  })
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.text) as { access_token: string }).access_token
}

async function introspect(local: Local, token: string): Promise<number> {
  const { identity } = await tlsOf(local, 'CONFIDENTIAL')
  return (await mutualTlsRequest(`${local.mtlsUrl}/introspection`, identity, { form: `token=${token}` }))
    .status
}

describe('npm start', () => {
  test('writes everything that a script needs, and Ctrl-C stops it cleanly', async () => {
    const { script, local } = await start()
    expect(Object.keys(local).toSorted()).toEqual(
      [
        'webApiUrl mtlsUrl issuer serviceId serviceApiKey serviceApiSecret serviceAccessToken serviceOwnerApiKey',
        'dynamodbUrl registryTable grantsTable truststoreFile',
        'serviceOwnerApiSecret organizationAccessToken caFile clients frontEndUrl frontEndMtlsUrl resourceServerUrl',
        'librarySampleUrl',
      ]
        .join(' ')
        .split(' ')
        .toSorted(),
    )
    expect(local.clients.map(({ type }) => type)).toEqual(['PUBLIC', 'CONFIDENTIAL'])
    expect(await introspect(local, await obtainToken(local))).toBe(200)
    expect(await stop(script)).toBe(0)
    expect(script.stdout()).toContain('stopped')
    expect(script.stderr()).toBe('')
  })

  test.each(CURL)('prints %s lines that work as printed', async () => {
    const { script } = await start()
    const lines = script
      .stdout()
      .split('\n')
      .filter((line) => /^([A-Z]+=\$\(|curl )/.test(line))
    const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')])
    expect(lines).toHaveLength(13)
    expect(stdout).toContain('"active":true,"cnf"')
    expect(stdout).toContain('"accounts":["Current account","Savings"]')
    expect(stdout.split('401 Unauthorized')).toHaveLength(3)
    expect(stdout).toContain('www-authenticate: Bearer error="invalid_token"')
    expect(stdout).toContain('no connection')
    for (const code of ['A056001', 'A065304', 'A145001']) expect(stdout).toContain(`"resultCode":"${code}"`)
    await stop(script)
  })

  test('shows in a browser what it says it does', async () => {
    const { script, local } = await start()
    expect(script.stdout()).toContain(`Walk the code flow in a browser: ${local.frontEndUrl}/ `)
    const pages = await fetch(local.frontEndUrl)
    expect(await pages.text()).toContain(encodeURIComponent(`${local.frontEndUrl}/cb`))
    await stop(script)
  })

  test('keeps the data between runs with --data, and forgets them without', async () => {
    const data = join(directory, 'data')
    const first = await start('--data', data)
    const token = await obtainToken(first.local)
    await stop(first.script)
    const second = await start('--data', data)
    expect(second.local.clients).toEqual(first.local.clients)
    expect(await introspect(second.local, token)).toBe(200)
    await stop(second.script)
    const third = await start()
    expect(await introspect(third.local, token)).toBe(401)
    await stop(third.script)
  })

  test('trusts further CAs with --truststore, and none of them without', async () => {
    const pems = [
      'certs/ca-root.pem',
      'certs/ca-issuing.pem',
      'certs/client-other.pem',
      'certs/client-other.test-key.pem',
    ]
    const [root = '', issuing = '', cert = '', key = ''] = await Promise.all(
      pems.map((file) => readFile(new URL(`../../vectors/${file}`, import.meta.url), 'utf8')),
    )
    const truststore = join(directory, 'further.pem')
    await writeFile(truststore, `${root}${issuing}`)
    for (const [parameters, status] of [
      [['--truststore', truststore], 200],
      [[], 403],
    ] as const) {
      const { script, local } = await start(...parameters)
      const ca = await readFile(local.caFile, 'utf8')
      expect((await mutualTlsRequest(`${local.mtlsUrl}/jwks`, { ca, cert, key })).status).toBe(status)
      await stop(script)
    }
  })

  test('says in one line what is wrong with an option, a file or a port', async () => {
    const busy = createServer()
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
    const { port } = busy.address() as { port: number }
    const broken = join(directory, 'broken.pem')
    await writeFile(broken, 'nothing here')
    const cases: [string[], RegExp][] = [
      ...PORTS.map((option): [string[], RegExp] => [
        [option, String(port)],
        new RegExp(`^certbound: port \\d+ is in use: choose another with ${option}\n$`),
      ]),
      [['--mtls-port', 'x'], /^certbound: --mtls-port wants a port, 0 to 65535\n$/],
      [['--nonsense'], /^certbound: Unknown option '--nonsense'.*\n$/],
      [['--truststore', broken], /^certbound: truststore .*broken.pem: no PEM certificate in it\n$/],
      [
        ['--truststore', join(directory, 'absent.pem')],
        /^certbound: truststore .*absent.pem: cannot be read.*\n$/,
      ],
    ]
    await Promise.all(
      cases.map(async ([parameters, line]) => {
        const script = runScript(MAIN, [...FREE, '--directory', directory, ...parameters])
        expect(await script.ended).toBe(1)
        expect(script.stderr()).toMatch(line)
      }),
    )
    await new Promise((resolve) => busy.close(resolve))
  })

  test('shows its options with --help', async () => {
    const script = runScript(MAIN, ['--help'])
    expect(await script.ended).toBe(0)
    expect(script.stdout()).toContain('--truststore FILE')
  })
}, 60_000)
