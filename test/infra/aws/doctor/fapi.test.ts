import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { remedyOf } from '../../../../infra/aws/doctor/fapi/remedy.ts'
import { CLAUSES } from '../../../../infra/aws/doctor/fapi/report.ts'
import { pushedRequests } from '../../../../infra/aws/doctor/registry.ts'
import { BCP_195 } from '../../../../infra/connections/mutual-tls.ts'
import { main } from '../../../../infra/certbound.ts'
import { FAPI2, isAllowed, type Requirement } from '../../../../shared/store/profile.ts'
import { addClient } from '../../../../infra/emulator/site/seed.ts'
import { runCommand } from '../../../support/command-line.ts'
import { missingTests } from '../../../support/test-titles.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

let site: InspectedSite
beforeAll(async () => {
  site = await inspectedSite({ policy: BCP_195 })
})
afterAll(() => site.close())

const doctor = (...parameters: string[]) =>
  runCommand(main, ['doctor', '--local', '--directory', site.directory, '--fapi', ...parameters])

const change = (members: object) =>
  site.runtime.store.registry.changeService(site.seeded.serviceId, (service) => ({ ...service, ...members }))

const CLIENT = {
  clientType: 'CONFIDENTIAL',
  redirectUris: ['https://client.example.org/cb'],
  grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'],
  tlsClientCertificateBoundAccessTokens: true,
}

/** A client with private_key_jwt, and the file of its key. */
async function signingClient(settings: object = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const file = join(site.directory, 'assertion.pem')
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { client } = await addClient(site.runtime, site.seeded.serviceId, {
    ...{ ...CLIENT, tokenAuthMethod: 'PRIVATE_KEY_JWT', tokenAuthSignAlg: 'ES256', ...settings },
    jwks: JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
  })
  return { client, options: ['--client-id', String(client.clientId), '--assertion-key', file] }
}

/** The IDs of the clauses that have a mark. */
const marked = (stdout: string, mark: string) =>
  stdout.split('\n').flatMap((line) => (line.startsWith(mark) ? [line.split(/ +/)[1]] : []))

test('doctor --fapi finds that a service with fapi2 conforms to each clause that can be checked', async () => {
  const supportedTokenAuthMethods = ['PRIVATE_KEY_JWT', 'TLS_CLIENT_AUTH']
  await change({ fapi2: true, supportedTokenAuthMethods, accessTokenSignAlg: 'ES256' })
  const { options } = await signingClient()
  const { code, stdout, stderr } = await doctor(...options)
  expect(marked(stdout, 'FAIL')).toEqual([])
  expect([code, stderr]).toEqual([0, ''])
  expect(marked(stdout, 'skip')).toEqual(['5.3.2.2-9', '5.4.3'])
  const asked = [...marked(stdout, 'ok'), ...marked(stdout, 'skip'), ...marked(stdout, '--')]
  expect(asked.sort()).toEqual(['fapi2', 'client', ...CLAUSES.map(({ id }) => id)].sort())
  expect(stdout).toContain('result: 200 for the issuer; 401, 401, 401 for a list of it')
  // The output contains no token, request URI or assertion.
  expect(stdout).not.toMatch(/(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40}|urn:|eyJ/)
})

/** The ids of the clauses that are printed below their cause. */
const consequences = (stdout: string) =>
  [...stdout.matchAll(/^ +so this also fails: (\S+)/gm)].map(([, id]) => id)

test('doctor --fapi lists the settings and clients that prevent fapi2, and below them each clause that fails without it', async () => {
  await change({ fapi2: false, supportedTokenAuthMethods: ['NONE', 'PRIVATE_KEY_JWT'], issSuppressed: true })
  const { options } = await signingClient()
  const { code, stdout } = await doctor(...options)
  expect(code).toBe(1)
  expect(marked(stdout, 'FAIL')).toEqual(['fapi2'])
  const always = ['5.3.2.1-3', '5.3.2.1-6', '5.3.2.1-8', '5.3.2.1-9']
  expect(consequences(stdout)).toEqual([
    ...always,
    ...['5.3.2.2-3', '5.3.2.2-5', '5.3.2.2-6', '5.3.2.2-7', '5.4.1-1.2'],
  ])
  const [, todo = ''] = /-> (set fapi2 of the service to true .*)/.exec(stdout) ?? []
  for (const [name, { allows }] of Object.entries<Requirement>(FAPI2.service)) {
    const stored = Reflect.get((await site.inspected()).service ?? {}, name) as unknown
    expect(todo.includes(`${name} (allowed: `), name).toBe(!isAllowed(stored, allows))
  }
  expect(todo).toContain(`Public client (${site.seeded.clients[0].clientId})`)
  expect(todo).toContain('pkceRequired (allowed: true)')
  expect(stdout).toMatch(/, 10 are violated, /)
})

test('doctor --fapi names the setting of the service that violates fapi2, and below it all that is refused for it', async () => {
  const supportedTokenAuthMethods = ['PRIVATE_KEY_JWT', 'TLS_CLIENT_AUTH']
  await change({ fapi2: true, supportedTokenAuthMethods, issSuppressed: false, accessTokenSignAlg: 'ES256' })
  const { options } = await signingClient()
  await change({ accessTokenSignAlg: 'RS256' })
  const { stdout } = await doctor(...options)
  await change({ accessTokenSignAlg: undefined })
  expect(marked(stdout, 'FAIL')).toEqual(['fapi2'])
  expect(stdout).toContain('-> set accessTokenSignAlg (allowed: ES256, PS256, EdDSA)')
  expect(consequences(stdout)).toEqual(expect.arrayContaining(['client', '5.3.2.1-8', '5.3.2.2-2']))
})

test('where only the client has fapi2, doctor --fapi names for each broken clause the setting of the service', async () => {
  await change({ fapi2: false, supportedTokenAuthMethods: ['NONE', 'PRIVATE_KEY_JWT'] })
  const { options } = await signingClient({ fapi2: true, parRequired: true })
  const { stdout } = await doctor(...options)
  expect(marked(stdout, 'FAIL')).toEqual(['5.3.2.1-3', '5.3.2.1-6', '5.3.2.2-3', '5.4.1-1.2'])
  expect(stdout.match(/(?<=-> ).*/g)?.map((todo) => todo.slice(0, 36))).toEqual([
    'set fapi2 of the service to true, be',
    'set supportedTokenAuthMethods (allow',
    'set fapi2 of the service to true, be',
    'set fapi2 of the service to true, be',
  ])
})

test.each(CLAUSES.filter(({ ask }) => typeof ask !== 'string').map(({ id }) => id))(
  'doctor --fapi has a remedy for clause %s',
  async (id) => {
    const { service } = await site.inspected()
    for (const client of [undefined, (await signingClient()).client])
      expect(remedyOf(id, { service, client })).toMatch(/.{20}/)
  },
)

test('doctor --fapi covers each clause in the table of the profile', () => {
  const rows = Object.values({ ...FAPI2.service, ...FAPI2.client, ...FAPI2.requests })
  const clauses = CLAUSES.filter(({ ask }) => typeof ask !== 'string').map(({ id }) => id)
  expect(clauses).toEqual(expect.arrayContaining(rows.map(({ clause }) => clause)))
})

test('doctor --fapi first reports that its client is not authenticated', async () => {
  const { client } = await signingClient()
  const { stdout } = await doctor('--client-id', String(client.clientId))
  expect(marked(stdout, 'FAIL')).toEqual(['fapi2', 'client'])
  expect(stdout).toContain('-> set its secret (--client-secret-file), its --certificate and --key')
  expect(consequences(stdout)).toContain('5.3.2.1-12')
})

test('doctor lists the clients that must push their requests and are not marked with parRequired', async () => {
  await change({ fapi2: false, issSuppressed: false })
  const { client } = await signingClient({ fapi2: true })
  const line = `warn: the authorization requests of client ${client.clientId} are refused unless they are pushed`
  expect(await verdict(pushedRequests, await site.inspected())).toBe(line)
  await site.runtime.store.registry.putClient(site.seeded.serviceId, { ...client, parRequired: true })
  expect(await verdict(pushedRequests, await site.inspected())).toBe('ok')
})

test('docs/requirements.md lists each clause with its test or the responsible party', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/requirements.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (5\.[\d.-]+) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm)]
  expect(rows.map(([, id]) => id)).toEqual(CLAUSES.map(({ id }) => id))
  const duties = CLAUSES.filter(({ ask }) => typeof ask === 'string').map(({ id }) => id)
  const shown = rows.filter(([, , , proof = '']) => proof.includes('“'))
  expect(rows.filter((row) => !shown.includes(row)).map(([, id]) => id)).toEqual(duties)
  expect(shown.flatMap(([, , , proof = '']) => missingTests(proof, 'test'))).toEqual([])
})
