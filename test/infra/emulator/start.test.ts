import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openTables } from '../../../infra/aws/deployment/tables.ts'
import type { Kept } from '../../../infra/emulator/site/data-folder.ts'
import type { Local } from '../../../infra/emulator/site/local-file.ts'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import { runScript } from '../../support/script.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { FREE_PORTS, PORT_OPTIONS, type Started, startCommand } from './started-command.ts'
import { identity, vector } from './tls-client.ts'

/** The curl test is left out, with a warning, on a machine without curl. */
const CURL = spawnSync('curl', ['--version']).status === 0 ? ['curl'] : []
if (CURL.length === 0) console.warn('no curl here: the test of the printed curl lines is left out')

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'certbound-start-'))
})
afterAll(() => rm(directory, { recursive: true }))
beforeEach(() => rm(data(), { recursive: true, force: true }))

const data = () => join(directory, 'data')
const keptFile = () => join(data(), 'kept.json')
const readKept = async () => JSON.parse(await readFile(keptFile(), 'utf8')) as Kept

const argv = (...more: string[]) => ['start', ...FREE_PORTS, '--directory', directory, ...more]

async function start(...more: string[]): Promise<{ command: Started; local: Local }> {
  const command = startCommand(argv(...more))
  await command.printed('Ctrl-C stops')
  return { command, local: await readLocal() }
}

async function readLocal(): Promise<Local> {
  return JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local
}

/** A request of the confidential client. */
async function post({ mtlsUrl, clients, caFile }: Local, path: string, form: string) {
  const [, { clientId, clientSecret = '', certificateFile, keyFile }] = clients
  const files = [caFile, certificateFile, keyFile].map((file) => readFile(file, 'utf8'))
  const [ca, cert, key] = (await Promise.all(files)) as [string, string, string]
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
  return mutualTlsRequest(`${mtlsUrl}${path}`, { ca, cert, key }, { form, headers })
}

async function obtainToken(local: Local): Promise<string> {
  const answer = await post(local, '/token', 'grant_type=client_credentials')
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.text) as { access_token: string }).access_token
}

async function introspect(local: Local, token: string): Promise<number> {
  return (await post(local, '/introspection', `token=${token}`)).status
}

/** The issuer was the mutual-TLS domain, and the service had no other address. */
async function asOlderVersionsLeftIt(local: Local): Promise<void> {
  const runtime = openLocalTables(local)
  await runtime.store.registry.changeService(local.serviceId, (service) => ({
    ...service,
    ...{ issuer: local.mtlsUrl, authorizationEndpoint: undefined, mtlsEndpointAliases: [] },
    ...{ tokenEndpoint: undefined, revocationEndpoint: undefined, introspectionEndpoint: undefined },
    jwksUri: undefined,
  }))
  runtime.store.close()
}

/** What code and scripts are configured with: every number, name and secret, but no address. */
function secretsOf({ clients, ...local }: Local) {
  const names = Object.keys(local).filter((name) => /^service|^organization/.test(name))
  return { clients, ...Object.fromEntries(names.map((name) => [name, local[name as keyof typeof local]])) }
}

function openLocalTables(local: Local) {
  return openTables(local, local.serviceId, { ...LOCAL_DYNAMODB, endpoint: local.dynamodbUrl })
}

test('npm start writes everything that a script needs to local.json, and Ctrl-C stops it cleanly', async () => {
  const script = runScript('infra/certbound.ts', argv())
  await script.printed('Ctrl-C stops')
  const local = await readLocal()
  const members = [
    'webApiUrl mtlsUrl plainUrl issuer serviceId serviceApiKey serviceApiSecret serviceAccessToken serviceOwnerApiKey',
    'dynamodbUrl registryTable grantsTable truststoreFile',
    'serviceOwnerApiSecret organizationAccessToken caFile clients frontEndUrl frontEndMtlsUrl resourceServerUrl',
    'librarySampleUrl authorizationEndpoint consoleUrl',
  ]
  expect(Object.keys(local).toSorted()).toEqual(members.join(' ').split(' ').toSorted())
  expect(script.stdout().split('\n')[0]).toBe(`the console: ${local.consoleUrl}`)
  expect(local.clients.map(({ type }) => type)).toEqual(['PUBLIC', 'CONFIDENTIAL', 'CONFIDENTIAL'])
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
    .filter((line) => /^([A-Z]+=\$\(|curl )/.test(line))
  const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')])
  expect(lines).toHaveLength(9)
  expect(stdout).toContain('"mtls_endpoint_aliases":{"token_endpoint":')
  expect(stdout).toContain('"active":true,"cnf"')
  expect(stdout).toContain('"accounts":["Current account","Savings"]')
  expect(stdout.split('401 Unauthorized')).toHaveLength(3)
  expect(stdout).toContain('www-authenticate: Bearer error="invalid_token"')
  expect(stdout).toContain('no connection')
  expect(stdout).toContain('"resultCode":"A056001"')
})

test('npm start prints the address of the pages of its demo client', async () => {
  const { command, local } = await start()
  expect(command.stdout()).toContain(`Walk the code flow in a browser: ${local.frontEndUrl}/ `)
  const pages = await fetch(local.frontEndUrl)
  expect(await pages.text()).toContain(encodeURIComponent(`${local.frontEndUrl}/cb`))
})

test('npm start keeps its data in data/ below --directory between runs, and says where', async () => {
  const first = await start()
  const token = await obtainToken(first.local)
  expect(first.command.stdout()).toContain(`the data:    ${relative('.', data())}, kept for the next run`)
  expect(first.command.stdout()).not.toContain('had the issuer')
  await asOlderVersionsLeftIt(first.local)
  const certificate = await readFile(first.local.clients[1].certificateFile, 'utf8')
  await first.command.stop()
  expect(first.command.stdout()).toMatch(/\nstopped; \S+\/data keeps the data\n$/)
  const kept = await readKept()
  expect(kept.addresses?.issuer).toBe(first.local.issuer)
  await writeFile(keptFile(), JSON.stringify({ ...kept, addresses: undefined }))
  const second = await start()
  expect(second.command.stdout()).toContain(
    `The kept data had the issuer ${first.local.mtlsUrl}. It is ${second.local.plainUrl} now: configure clients with it.\n`,
  )
  const ca = await readFile(second.local.caFile, 'utf8')
  const metadata = await mutualTlsRequest(`${second.local.issuer}/.well-known/oauth-authorization-server`, {
    ca,
  })
  expect(JSON.parse(metadata.text)).toMatchObject({
    issuer: second.local.plainUrl,
    authorization_endpoint: second.local.authorizationEndpoint,
    mtls_endpoint_aliases: { token_endpoint: `${second.local.mtlsUrl}/token` },
  })
  expect(secretsOf(second.local)).toEqual(secretsOf(first.local))
  expect(await introspect(second.local, token)).toBe(200)
  expect(await readFile(second.local.clients[1].certificateFile, 'utf8')).toBe(certificate)
})

test('npm start -- --fresh moves the data aside, names their folder, and makes a new service', async () => {
  const first = await start()
  const token = await obtainToken(first.local)
  await first.command.stop()
  const second = await start('--fresh')
  expect(await introspect(second.local, token)).toBe(401)
  const [, aside = ''] = /, kept for the next run \(earlier: (\S+)\)\n/.exec(second.command.stdout()) ?? []
  await second.command.stop()
  const third = await start('--data', aside)
  expect(secretsOf(third.local)).toEqual(secretsOf(first.local))
  expect(await introspect(third.local, token)).toBe(200)
})

test('npm start makes a new service when the kept secrets have lost their tables', async () => {
  const first = await start()
  await first.command.stop()
  await rm(join(data(), 'dynamodb'), { recursive: true })
  const second = await start()
  expect(second.local.clients).not.toEqual(first.local.clients)
  expect(await introspect(second.local, await obtainToken(second.local))).toBe(200)
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

test('npm start refuses to trust a certificate that can issue and that a client of the kept data has registered', async () => {
  const { command, local } = await start()
  const runtime = openLocalTables(local)
  await runtime.store.clients.create(
    local.serviceId,
    {
      ...{ clientId: 4711, clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
      jwks: { keys: [jwkOf('ca-other-root')] },
    },
    runtime.now(),
  )
  runtime.store.close()
  await command.stop()
  const truststore = join(directory, 'issuing.pem')
  await writeFile(truststore, vector('ca-other-root'))
  const refused = startCommand(argv('--truststore', truststore))
  expect(await refused.ended).toBe(1)
  expect(refused.stderr()).toMatch(
    /^start: trust store: .* is meant for a client, and can issue .*CA:FALSE\n$/,
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
  [['--truststore', 'broken.pem'], /broken.pem: no PEM certificate in it\n$/],
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
