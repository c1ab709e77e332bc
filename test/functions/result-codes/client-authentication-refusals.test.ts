import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { CLIENT_AUTHENTICATION } from '../../../shared/refusal/client-authentication.ts'
import { authority, client, pemOf } from '../../support/certificate-chain.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { answerWith, testKeyServer } from '../../shared/authentication/key-server.ts'
import { START } from '../../support/fixed-runtime.ts'
import {
  calling,
  type Bench,
  provokeAll,
  type Provoke,
  type Provoked,
  invalidRequest,
  gives,
  unauthorizedClient,
} from '../../support/result-codes.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem } from '../../support/vectors.ts'
import {
  BASIC,
  EVERY_METHOD,
  openWalk,
  OTHER,
  OWN,
  POST,
  PUBLIC,
  type TestClient,
  TLS,
} from '../../support/walk.ts'

const keyServer = await testKeyServer()

const CREDENTIALS = 'grant_type=client_credentials'

type Settings = Parameters<Bench['addClient']>[0]

const invalid = (resultCode: string, provoke: Provoke) =>
  gives(`INVALID_CLIENT ${resultCode} invalid_client`, provoke)

/** A token request with these parameters and the client's Basic credentials. */
const asking =
  (parameters: string): Provoke =>
  ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call('/auth/token', { parameters, clientId, clientSecret })

/** A token request that says nothing of its client but what is in these parameters. */
const naming =
  (parameters: string): Provoke =>
  ({ call }) =>
    call('/auth/token', { parameters: `${CREDENTIALS}&${parameters}` })

/** A token request of a client with these settings, as its method wants it, over a connection with this certificate. */
const as =
  (settings: Settings, certificate?: string): Provoke =>
  async ({ credentials, addClient }) =>
    credentials(await addClient(settings), certificate)

/** The client of `TLS`, where the service validates its path to these roots. */
const chain = (resultCode: string, ...trustedRootCertificates: string[]): Provoked =>
  invalid(resultCode, async ({ setService, credentials, addClient }) => {
    await setService({ mutualTlsValidatePkiCertChain: true, trustedRootCertificates })
    return credentials(await addClient(TLS), OWN)
  })

const registering = (kind: Settings, registered: Settings): Settings => ({
  ...kind,
  tlsClientAuthSubjectDn: undefined,
  ...registered,
})

/** With an assertion that is right but for these claims, or another one in its place. */
const asserting =
  (change: (right: ReturnType<typeof asserted>, client: TestClient) => object, settings: Settings = {}) =>
  async ({ credentials, addClient }: Bench) => {
    const client = await addClient(PRIVATE_KEY_JWT, settings)
    return credentials(client, undefined, { ...change(asserted(client, START), client) })
  }
const replacing = (members: object) => asserting((right) => ({ ...right, ...members }))
const claiming = (claims: Record<string, unknown>) =>
  asserting((_, client) => asserted(client, START, claims))

const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const SELF_SIGNED: Settings = registering(TLS, { tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' })
/** A client by a name of this kind, with the right certificate. */
const named = (registered: Settings) => as(registering(TLS, registered), OWN)

await provokeAll('client-authentication-refusals.test.ts', CLIENT_AUTHENTICATION, {
  'parameters-missing': invalidRequest('A047201', calling('/auth/token', {})),
  'parameters-malformed': invalidRequest('A047202', asking('a=%zz')),
  'grant-type-missing': invalidRequest('A049301', asking('a=b')),
  'grant-type-empty': invalidRequest('A049302', asking('grant_type=')),
  'grant-type-repeated': invalidRequest('A049303', asking('grant_type=a&grant_type=a')),
  'grant-type-unknown': gives('BAD_REQUEST A049304 unsupported_grant_type', asking('grant_type=x')),
  'grant-type-implicit': gives('BAD_REQUEST A049306 unsupported_grant_type', asking('grant_type=implicit')),
  'grant-type-unsupported': gives(
    'BAD_REQUEST A049305 unsupported_grant_type',
    asking('grant_type=password'),
  ),
  'grant-type-undeclared': unauthorizedClient(
    'A047302',
    as({ ...BASIC, grantTypes: ['AUTHORIZATION_CODE'] }),
  ),
  'client-missing': invalidRequest('A244305', naming('a=b')),
  'client-unidentified': [
    '401 invalid_client',
    ({ post }) => post('/token', { grant_type: 'client_credentials' }),
  ],
  'client-repeated': invalidRequest('A244301', naming('client_id=1&client_id=1')),
  'client-contradicted': invalidRequest('A048312', asking(`${CREDENTIALS}&client_id=4711`)),
  'dpop-not-offered': invalidRequest('A244392', ({ call }) =>
    call('/auth/revocation', { parameters: 'token=x', dpop: 'a.b.c' }),
  ),
  'client-unknown': invalid('A048304', naming('client_id=4711')),
  'client-breaks-fapi2': invalid('A048399', async ({ setService, credentials, client }) => {
    await setService({ fapi2: true })
    return credentials(client)
  }),
  'client-deleted': invalid('A048306', async ({ v3, code, redeem, client, runtime, number }) => {
    const unused = await code(client)
    // As in a process that still remembers the client: its state is gone, its record is not.
    const settings = await runtime.store.registry.findClientByNumber(number, client.number)
    await v3('DELETE', `/client/delete/${client.id}`)
    await runtime.store.registry.putClient(number, { ...client.settings, ...settings })
    return redeem(client, unused)
  }),
  'client-locked': invalid('A048307', async ({ v3, credentials, client }) => {
    await v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })
    return credentials(client)
  }),
  'client-alias-disabled': invalid('A048324', async ({ addClient, call }) => {
    const { secret: clientSecret } = await addClient(BASIC, { clientIdAlias: 'an-alias' })
    return call('/auth/token', { parameters: CREDENTIALS, clientId: 'an-alias', clientSecret })
  }),
  'client-secret-repeated': invalidRequest('A158301', naming('client_secret=a&client_secret=a')),
  'assertion-type-repeated': invalidRequest(
    'A158304',
    naming('client_assertion_type=a&client_assertion_type=a'),
  ),
  'assertion-repeated': invalidRequest('A158305', naming('client_assertion=a&client_assertion=a')),
  'methods-combined': invalidRequest('A158391', naming('client_secret=a&client_assertion=a')),

  'basic-malformed': [
    '401 invalid_client',
    ({ post }) =>
      post('/token', { grant_type: 'client_credentials' }, undefined, { authorization: 'Basic !' }),
  ],
  'method-none-for-confidential': invalid('A157301', as({ ...PUBLIC, clientType: 'CONFIDENTIAL' })),
  'method-for-public': invalid('A157302', as({ ...BASIC, clientType: 'PUBLIC' })),
  'credentials-of-public': invalid('A157303', async ({ addClient, call }) => {
    const { id: clientId } = await addClient(PUBLIC)
    return call('/auth/token', { parameters: CREDENTIALS, clientId, clientSecret: 'secret' })
  }),
  'client-secret-missing': invalid('A157304', async ({ addClient, call }) => {
    const { id } = await addClient(POST)
    return call('/auth/token', { parameters: `${CREDENTIALS}&client_id=${id}` })
  }),
  'client-secret-wrong': invalid('A157305', ({ call, client: { id: clientId } }) =>
    call('/auth/token', { parameters: CREDENTIALS, clientId, clientSecret: 'secret' }),
  ),
  'client-secret-misplaced': invalid('A157357', ({ call, client: { id, secret } }) =>
    call('/auth/token', { parameters: `${CREDENTIALS}&client_id=${id}&client_secret=${secret}` }),
  ),
  'method-not-registered': invalid('A157392', async ({ addClient, call }) => {
    const { id: clientId, secret: clientSecret } = await addClient(PRIVATE_KEY_JWT)
    return call('/auth/token', { parameters: CREDENTIALS, clientId, clientSecret })
  }),
  'method-unsupported': invalid('A157344', async ({ setService, credentials, client }) => {
    await setService({ supportedTokenAuthMethods: ['NONE'] })
    return credentials(client)
  }),
  'tls-certificate-missing': invalid('A157327', as(TLS)),
  'tls-certificate-unreadable': invalid('A157328', as(TLS, 'no certificate')),
  'tls-certificate-not-x509': invalid('A157334', as(TLS, 'MAMCAQE=')),
  'tls-subject-unregistered': invalid('A157340', named({})),
  'tls-subject-malformed': invalid('A157342', as({ ...TLS, tlsClientAuthSubjectDn: 'no name' }, OWN)),
  'tls-subject-differs': invalid('A157343', as(TLS, OTHER)),
  'tls-certificate-outside-dates': invalid(
    'A157393',
    as({ ...TLS, tlsClientAuthSubjectDn: 'CN=expired.example.org,O=Client1' }, certificatePem('expired')),
  ),
  'tls-san-dns-differs': invalid('A157346', named({ tlsClientAuthSanDns: 'x.example' })),
  'tls-san-uri-differs': invalid('A157347', named({ tlsClientAuthSanUri: 'urn:x' })),
  'tls-san-ip-differs': invalid('A157348', named({ tlsClientAuthSanIp: '192.0.2.1' })),
  'tls-san-email-differs': invalid('A157349', named({ tlsClientAuthSanEmail: 'x@example.org' })),
  'tls-subject-ambiguous': invalid('A157345', as({ ...TLS, tlsClientAuthSanDns: 'client.example.org' }, OWN)),
  'tls-key-weak': invalid(
    'A157394',
    as({ ...TLS, tlsClientAuthSubjectDn: 'CN=weak.example.org,O=Client1' }, certificatePem('weak-rsa-1024')),
  ),
  'tls-issuer-unknown': invalid('A157395', async ({ setService, credentials, addClient }) => {
    await setService({ clientCertificateIssuers: [certificatePem('ca-other-root')] })
    return credentials(await addClient(TLS), OWN)
  }),
  'tls-roots-missing': chain('A157335'),
  'tls-root-malformed': chain('A157336', 'x'),
  'tls-root-not-x509': chain('A157337', 'AAAA'),
  'tls-path-missing': chain('A157338', certificatePem('ca-root')),
  'tls-path-invalid': invalid('A157339', async ({ setService, credentials, addClient }) => {
    const root = await authority('Root')
    const forgeable = await client(root, { hash: 'SHA-1' })
    await setService({ mutualTlsValidatePkiCertChain: true, trustedRootCertificates: [pemOf(root)] })
    return credentials(await addClient({ ...TLS, tlsClientAuthSubjectDn: 'CN=client' }), pemOf(forgeable))
  }),
  'self-signed-unregistered': invalid('A157329', as(SELF_SIGNED, OWN)),
  'self-signed-without-certificate': invalid(
    'A157330',
    as({ ...SELF_SIGNED, jwks: { keys: [{ ...jwkOf('self-signed-ec'), x5c: [] }] } }, OWN),
  ),
  'self-signed-differs': invalid(
    'A157333',
    as({ ...SELF_SIGNED, jwks: { keys: [jwkOf('self-signed-ec')] } }, OWN),
  ),
  'self-signed-issues': invalid('A157399', async ({ runtime }) => {
    const walk = await openWalk({ ...runtime, internet: keyServer.internet }, EVERY_METHOD)
    const issuing = await authority('mallory')
    const { publicKey, raw } = new X509Certificate(issuing.der)
    const key = { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
    keyServer.state.answer = answerWith(JSON.stringify({ keys: [key] }))
    const client = await walk.addClient({ ...SELF_SIGNED, jwksUri: keyServer.uri })
    return walk.credentials(client, pemOf(issuing))
  }),
  'client-keys-unavailable': invalid(
    'A157396',
    as({ ...SELF_SIGNED, jwksUri: 'https://127.0.0.1/jwks' }, OWN),
  ),

  'assertion-type-missing': invalid('A157309', replacing({ client_assertion_type: undefined })),
  'assertion-type-unsupported': invalid('A157310', replacing({ client_assertion_type: 'x' })),
  'assertion-missing': invalid('A157311', replacing({ client_assertion: undefined })),
  'assertion-malformed': invalid('A157312', replacing({ client_assertion: 'a.b' })),
  'assertion-algorithm-wrong': invalid(
    'A157313',
    asserting((right) => right, { tokenAuthSignAlg: 'ES384' }),
  ),
  'assertion-party-wrong': invalid('A157397', claiming({ sub: 'another' })),
  'assertion-audience-wrong': invalid('A157318', claiming({ aud: 'https://elsewhere.example.com' })),
  'assertion-without-end': invalid('A157319', claiming({ exp: undefined })),
  'assertion-time-wrong': invalid('A157320', claiming({ exp: START - 60 })),
  'assertion-without-jti': invalid('A157324', claiming({ jti: undefined })),
  'assertion-signature-wrong': invalid(
    'A157326',
    asserting((_, client) => asserted(client, START, {}, otherKey)),
  ),
  'assertion-used': invalid('A157398', async ({ credentials, addClient }) => {
    const client = await addClient(PRIVATE_KEY_JWT)
    const assertion = asserted(client, START)
    await credentials(client, undefined, assertion)
    return credentials(client, undefined, assertion)
  }),
})
