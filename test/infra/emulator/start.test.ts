import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import { runScript } from '../../support/script.ts'
import { argvIn, introspect, obtainToken, readLocal, startIn } from './local-requests.ts'
import { PORT_OPTIONS, startCommand } from './started-command.ts'
import { identity, vector } from './tls-client.ts'

/** The curl test is left out, with a warning, on a machine without curl. */
const CURL = spawnSync('curl', ['--version']).status === 0 ? ['curl'] : []
if (CURL.length === 0) console.warn('no curl here: the test of the printed curl lines is left out')

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'certbound-start-'))
})
afterAll(() => rm(directory, { recursive: true }))

const argv = (...more: string[]) => argvIn(directory, ...more)
const start = (...more: string[]) => startIn(directory, ...more)

test('npm start writes everything that a script needs to local.json, and Ctrl-C stops it cleanly', async () => {
  const script = runScript('infra/certbound.ts', argv())
  await script.printed('Press Ctrl-C to stop')
  const local = await readLocal(directory)
  const members = [
    'webApiUrl mtlsUrl plainUrl issuer serviceId serviceApiKey serviceApiSecret serviceAccessToken serviceOwnerApiKey',
    'dynamodbUrl registryTable grantsTable auditTable truststoreFile',
    'serviceOwnerApiSecret organizationAccessToken caFile clients frontEndUrl frontEndMtlsUrl resourceServerUrl',
    'librarySampleUrl authorizationEndpoint consoleUrl resourceServer',
  ]
  expect(Object.keys(local).toSorted()).toEqual(members.join(' ').split(' ').toSorted())
  expect(script.stdout().split('\n')[0]).toBe(`the console: ${local.consoleUrl}`)
  expect(local.clients.map(({ type }) => type)).toEqual(['PUBLIC', 'CONFIDENTIAL', 'CONFIDENTIAL'])
  const methods = ['NONE', 'CLIENT_SECRET_BASIC', 'TLS_CLIENT_AUTH', 'TLS_CLIENT_AUTH']
  const named = [...local.clients, local.resourceServer]
  expect(named.map(({ tokenAuthMethod }) => tokenAuthMethod)).toEqual(methods)
  for (const { clientName, clientId, tokenAuthMethod } of named) {
    expect(script.stdout()).toMatch(new RegExp(`\\n  ${clientName} +${clientId} +${tokenAuthMethod}\\n`))
  }
  const { dynamodbUrl: _, ...listening } = local
  const addresses = Object.values<unknown>(listening).filter((value) => typeof value === 'string')
  for (const address of addresses.filter((value) => URL.canParse(value))) {
    expect(script.stdout()).toContain(new URL(address).host)
  }
  expect(await introspect(local, await obtainToken(local))).toBe(200)
  script.process.kill('SIGINT')
  expect(await script.ended).toBe(0)
  expect(script.stdout()).toContain('"endpoint":"/introspection"')
  expect(script.stdout()).toContain('stopped')
  expect(script.stderr()).toBe('')
})

test.each(CURL)('npm start prints %s lines that work as printed', async () => {
  const { command } = await start()
  const lines = command
    .stdout()
    .split('\n')
    .filter((line) => /^([A-Z_]+=\$\(|curl )/.test(line))
  const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')])
  expect(lines).toHaveLength(13)
  expect(stdout).toContain('"mtls_endpoint_aliases":{"token_endpoint":')
  expect(stdout).toContain('"active":true,"cnf"')
  expect(stdout).toContain('"accounts":["Current account","Savings"]')
  expect(stdout.split('401 Unauthorized')).toHaveLength(4)
  expect(stdout.split('"accounts":[')).toHaveLength(4)
  expect(stdout).toContain('www-authenticate: Bearer error="invalid_token"')
  expect(stdout).toContain('no connection')
  expect(stdout).toContain('"resultCode":"A056001"')
})

test('npm start prints the address of the pages of its demo client', async () => {
  const { command, local } = await start()
  expect(command.stdout()).toContain(`Try the code flow in a browser: ${local.frontEndUrl}/ `)
  const pages = await fetch(local.frontEndUrl)
  expect(await pages.text()).toContain(encodeURIComponent(`${local.frontEndUrl}/cb`))
})

test.each([
  ['trusts further CAs with --truststore', 200],
  ['trusts no further CA without --truststore', 403],
] as const)('npm start %s', async (_name, status) => {
  const truststore = join(directory, 'further.pem')
  await writeFile(truststore, vector('ca-root') + vector('ca-issuing'))
  const { local } = await start(...(status === 200 ? ['--truststore', truststore] : []))
  const ca = await readFile(local.caFile, 'utf8')
  expect((await mutualTlsRequest(`${local.mtlsUrl}/jwks`, { ca, ...identity('client-other') })).status).toBe(
    status,
  )
})

test.each(PORT_OPTIONS)('npm start names %s in one line when its port is in use', async (option) => {
  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => busy.close(() => resolve())))
  const { port } = busy.address() as { port: number }
  const command = startCommand(argv(option, String(port)))
  expect(await command.ended).toBe(1)
  expect(command.stderr()).toBe(`start: port ${port} is in use: choose another with ${option}\n`)
})

test.each([
  [['--mtls-port', 'x'], /^start: --mtls-port must be a port, 0 to 65535\n$/],
  [['--plain-port', '65536'], /^start: --plain-port must be a port, 0 to 65535\n$/],
  [['--nonsense'], /^start: Unknown option '--nonsense'/],
  [['--truststore', 'broken.pem'], /broken.pem: it contains no PEM certificate\n$/],
  [['--truststore', 'absent.pem'], /absent.pem: cannot be read/],
])('npm start %j ends with a line about that option or file', async (parameters, line) => {
  await writeFile(join(directory, 'broken.pem'), 'nothing here')
  const inDirectory = parameters.map((text) => (text.endsWith('.pem') ? join(directory, text) : text))
  const command = startCommand(argv(...inDirectory))
  expect(await command.ended).toBe(1)
  expect(command.stderr()).toMatch(/^start: /)
  expect(command.stderr()).toMatch(line)
  expect(command.stdout()).toBe('')
})

test('npm start shows its options with --help', async () => {
  const command = startCommand(['start', '--help'])
  expect(await command.ended).toBe(0)
  expect(command.stdout()).toContain('--truststore FILE')
})
