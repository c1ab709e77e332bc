import { beforeEach, expect, test } from 'vitest'
import { testKeyServer } from '../../shared/authentication/key-server.ts'
import { failure } from '../../support/management.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, EVERY_METHOD, openWalk, OTHER, OWN, POST, TLS, type TestClient } from '../../support/walk.ts'

const server = await testKeyServer()
const runtime = await testRuntime({}, undefined, { ...server.internet })
const walk = await openWalk(runtime, { ...EVERY_METHOD, clientIdAliasEnabled: true })
beforeEach(walk.resetService)

const PATH = '/client/certificate/explain'
const SELF_SIGNED = { ...BASIC, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
const EC = certificatePem('self-signed-ec')
const CERTIFICATES = [OWN, OTHER, EC, certificatePem('expired'), certificatePem('weak-rsa-1024')]

interface Explained {
  readonly clientId: number
  readonly outcome: string
  readonly reason?: string
  readonly resultCode?: string
}

async function explain(members: object): Promise<{ clients: Explained[]; nextPageToken?: string }> {
  const { status, json } = await walk.v3('POST', PATH, members)
  expect(status).toBe(200)
  return json as unknown as { clients: Explained[]; nextPageToken?: string }
}

/** All pages. */
async function explainAll(members: object): Promise<Explained[]> {
  const all: Explained[] = []
  let pageToken: string | undefined
  do {
    const page = await explain({ ...members, pageSize: 3, ...(pageToken !== undefined && { pageToken }) })
    all.push(...page.clients)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return all
}

const clients: readonly TestClient[] = [
  await walk.addClient(TLS),
  await walk.addClient(TLS, { clientIdAlias: 'by-alias', clientIdAliasEnabled: true }),
  await walk.addClient(TLS, { tlsClientAuthSubjectDn: undefined, tlsClientAuthSanDns: 'other.example.org' }),
  await walk.addClient(TLS, { tlsClientAuthSanDns: 'client.example.org' }),
  await walk.addClient(TLS, { tlsClientAuthSubjectDn: 'CN=expired.example.org,O=Client1' }),
  await walk.addClient(TLS, { tlsClientAuthSubjectDn: 'CN=weak.example.org,O=Client1' }),
  await walk.addClient(TLS, { clientType: 'PUBLIC' }),
  await walk.addClient(TLS, { locked: true }),
  await walk.addClient(TLS, { fapi2: true }),
  await walk.addClient(SELF_SIGNED, { jwks: { keys: [jwkOf('self-signed-ec')] } }),
  await walk.addClient(SELF_SIGNED, { jwks: { keys: [] } }),
  await walk.addClient(SELF_SIGNED),
]
await walk.setLocked(clients[7] as TestClient, true)

const numbers = clients.map(({ number }) => number)
const ISSUED = 'A052001'

test.each([
  ['by default', 4, {}],
  ['with an allowed issuer', 4, { clientCertificateIssuers: [certificatePem('ca-issuing')] }],
  ['with another allowed issuer', 1, { clientCertificateIssuers: [certificatePem('ca-other-root')] }],
  [
    'with paths to its roots',
    4,
    { mutualTlsValidatePkiCertChain: true, trustedRootCertificates: [certificatePem('ca-root')] },
  ],
  ['without certificates', 0, { supportedTokenAuthMethods: ['NONE' as const] }],
])(
  'the explanation agrees with the token endpoint for each client of a service %s',
  async (_, passing, more) => {
    await walk.setService(more)
    const outcomes: unknown[] = []
    for (const clientCertificate of CERTIFICATES) {
      const members = { clientCertificate, clientCertificatePath: [certificatePem('ca-issuing')] }
      const all = await explainAll(members)
      expect(all.map(({ clientId }) => clientId).toSorted()).toEqual(numbers.toSorted())
      for (const client of clients) {
        const { json } = await walk.token(client, { grant_type: 'client_credentials' }, members)
        const { outcome, resultCode } = all.find(({ clientId }) => clientId === client.number) ?? {}
        expect(outcome === 'PASSED' ? ISSUED : resultCode).toBe(json['resultCode'])
        outcomes.push(outcome)
      }
    }
    expect(outcomes.filter((outcome) => outcome === 'PASSED')).toHaveLength(passing)
  },
)

test('an explanation names the rule that refuses, as the token endpoint does', async () => {
  const [named] = (await explain({ clientCertificate: OTHER, clientId: String(clients[0]?.number) })).clients
  expect(named).toEqual({
    ...{ clientId: clients[0]?.number, clientIdAlias: clients[0]?.id, clientName: 'Test client' },
    ...{ tokenAuthMethod: 'TLS_CLIENT_AUTH', outcome: 'FAILED', reason: 'tls-subject-differs' },
    resultCode: 'A157343',
    resultMessage: expect.stringMatching(/^\[A157343\] The subject DN of the presented/) as string,
  })
})

test('an explanation is about the one client that is named by number or alias, in both versions', async () => {
  for (const clientId of [clients[1]?.id, 'by-alias']) {
    for (const call of [walk.v2, walk.v3]) {
      const { json } = await call('POST', PATH, { clientCertificate: OWN, clientId })
      expect(json).toEqual({ clients: [expect.objectContaining({ clientId: clients[1]?.number })] })
    }
  }
  const unknown = await walk.v3('POST', PATH, { clientCertificate: OWN, clientId: '4711' })
  expect(failure(unknown)).toBe('404 A001212')
  const { clients: found } = await explain({ clientCertificate: OWN, search: 'BY-al' })
  expect(found.map(({ clientId }) => clientId)).toEqual([clients[1]?.number])
})

test('an explanation does not look at clients with other methods, and fetches nothing', async () => {
  const others = [
    await walk.addClient(BASIC),
    await walk.addClient(POST),
    await walk.addClient(BASIC, { clientType: 'PUBLIC', tokenAuthMethod: 'NONE' }),
    await walk.addClient(BASIC, { tokenAuthMethod: 'PRIVATE_KEY_JWT', jwksUri: server.uri }),
  ]
  const remote = await walk.addClient(SELF_SIGNED, { jwksUri: server.uri })
  const all = await explainAll({ clientCertificate: EC })
  const outcomes = (of: readonly TestClient[]) =>
    of.map(({ number }) => {
      const { outcome, reason } = all.find(({ clientId }) => clientId === number) ?? {}
      return [outcome, reason]
    })
  expect(outcomes(others)).toEqual(others.map(() => ['NOT_LOOKED_AT', undefined]))
  expect(outcomes([remote])).toEqual([['NOT_LOOKED_AT', 'client-keys-unavailable']])
  expect(server.seen.requests).toEqual([])
})

test.each([
  ['absent', undefined],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----'],
  ['no certificate', 'CN=nothing'],
  ['several certificates', OWN + OTHER],
])('a certificate that is %s is refused', async (_, clientCertificate) => {
  expect(failure(await walk.v3('POST', PATH, { clientCertificate }))).toBe('400 A001294')
})

test('an explanation changes nothing', async () => {
  const before = await runtime.tables.everything()
  await explainAll({ clientCertificate: OWN })
  expect(await runtime.tables.everything()).toEqual(before)
})
