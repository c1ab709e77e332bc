import { encode } from '../../support/assertions.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey, proofOf, TARGET, tokenBoundTo } from '../../support/proof-keys.ts'
import {
  type Bench,
  calling,
  gives,
  invalidGrant,
  invalidRequest,
  invalidToken,
  provokeAll,
  type Provoke,
} from '../../support/result-codes.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { BASIC, BOUND, form, OWN, PUBLIC, REDIRECT_URI, TLS } from '../../support/walk.ts'

const UNKNOWN = 'A'.repeat(72)
const CODE = { grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT_URI }
const REFRESH = { grant_type: 'refresh_token', refresh_token: 'x' }
const OWN_TOKEN = { grant_type: 'client_credentials' }

const invalidClient = (resultCode: string, provoke: Provoke) =>
  gives(`INVALID_CLIENT ${resultCode} invalid_client`, provoke)
const invalidProof = (resultCode: string, provoke: Provoke) =>
  gives(`UNAUTHORIZED ${resultCode} invalid_dpop_proof`, provoke)

/** A request of the client with these parameters as text. */
const calledWith =
  (path: string, parameters: string | undefined): Provoke =>
  ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call(path, { parameters, clientId, clientSecret })

/** A token request with one parameter twice. */
const twice = (parameters: Record<string, unknown>, parameter: string) =>
  calledWith('/auth/token', `${form(parameters)}&${parameter}=a&${parameter}=a`)

/** A token request that names its client only by these parameters. */
const naming = (parameters: string) =>
  calling('/auth/token', { parameters: `${form(OWN_TOKEN)}&${parameters}` })

/** A token request of a client with these settings, over a connection with this certificate. */
const as =
  (settings: Parameters<Bench['addClient']>[0], certificate?: string): Provoke =>
  async ({ credentials, addClient }) =>
    credentials(await addClient(settings), certificate)

const revoking = (parameters: string | undefined) => calledWith('/auth/revocation', parameters)
const onStandard = (parameters: string | undefined) => calling('/auth/introspection/standard', { parameters })

const jwtOf = (header: object, payload: object) => `${encode(header)}.${encode(payload)}.${'A'.repeat(86)}`

/** Introspection of a token that is bound to a key, with the proof that is made of them. */
const proving =
  (proof: (key: ReturnType<typeof newProofKey>, token: string) => string): Provoke =>
  async (bench) => {
    const key = newProofKey()
    const token = await tokenBoundTo(bench, bench.client, key)
    return bench.introspect(token, undefined, { dpop: proof(key, token), ...TARGET })
  }

/** Uses a token of an end-user with the scope openid after a change. */
const userinfoAfter =
  (change: (bench: Bench) => Promise<unknown>): Provoke =>
  async (bench) => {
    const { setService, granted, client, call } = bench
    await setService({ supportedScopes: [{ name: 'openid' }] })
    const { access: token } = await granted(client, undefined, { scope: 'openid' })
    await change(bench)
    return call('/auth/userinfo', { token })
  }

await provokeAll({
  'service-absent': gives('503 temporarily_unavailable', async ({ v3, post }) => {
    await v3('DELETE', '/service/delete')
    return post('/token', OWN_TOKEN)
  }),

  'client-unidentified': gives('401 invalid_client', ({ post }) => post('/token', OWN_TOKEN)),
  'basic-malformed': gives('401 invalid_client', ({ post }) =>
    post('/token', OWN_TOKEN, undefined, { authorization: 'Basic !' }),
  ),
  'client-secret-repeated': invalidRequest('A158301', naming('client_secret=a&client_secret=a')),
  'assertion-type-repeated': invalidRequest(
    'A158304',
    naming('client_assertion_type=a&client_assertion_type=a'),
  ),
  'assertion-repeated': invalidRequest('A158305', naming('client_assertion=a&client_assertion=a')),
  'methods-combined': invalidRequest('A158391', naming('client_secret=a&client_assertion=a')),
  'method-none-for-confidential': invalidClient('A157301', as({ ...PUBLIC, clientType: 'CONFIDENTIAL' })),
  'method-for-public': invalidClient('A157302', as({ ...BASIC, clientType: 'PUBLIC' })),
  'method-unsupported': invalidClient('A157344', async ({ setService, credentials, client }) => {
    await setService({ supportedTokenAuthMethods: ['NONE'] })
    return credentials(client)
  }),
  'tls-certificate-not-x509': invalidClient('A157334', as(TLS, 'MAMCAQE=')),
  'self-signed-without-certificate': invalidClient(
    'A157330',
    as(
      {
        ...{ ...TLS, tlsClientAuthSubjectDn: undefined, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
        jwks: { keys: [{ ...jwkOf('self-signed-ec'), x5c: [] }] },
      },
      OWN,
    ),
  ),
  'assertion-missing': invalidClient('A157311', async ({ credentials, addClient }) => {
    const client = await addClient(PRIVATE_KEY_JWT)
    return credentials(client, undefined, { ...asserted(client, START), client_assertion: undefined })
  }),

  'token-redirect-uri-repeated': invalidRequest('A050304', twice(CODE, 'redirect_uri')),
  'code-breaks-fapi2': invalidGrant('A050398', async ({ addClient, setService, redeem, code }) => {
    const client = await addClient({ ...TLS, ...BOUND })
    const before = await code(client)
    await setService({ fapi2: true })
    return redeem(client, before, OWN)
  }),
  'verifier-repeated': invalidRequest('A050314', twice(CODE, 'code_verifier')),
  'refresh-token-empty': invalidRequest('A053302', ({ token, client }) =>
    token(client, { ...REFRESH, refresh_token: '' }),
  ),
  'refresh-token-repeated': invalidRequest(
    'A053303',
    twice({ grant_type: 'refresh_token' }, 'refresh_token'),
  ),
  'refresh-scope-repeated': invalidRequest('A053304', twice(REFRESH, 'scope')),

  'token-parameters-malformed': gives('400 invalid_request', ({ post }) =>
    post('/introspection', { token: UNKNOWN, scopes: 'a"b' }, OWN),
  ),
  'token-repeated': gives('400 invalid_request', ({ post }) => post('/introspection', { token: ['a', 'b'] })),
  'token-identifier-empty': invalidToken('A057305', ({ introspect }) =>
    introspect(jwtOf({ alg: 'ES256' }, { jti: null })),
  ),
  'resource-proof-symmetric': invalidProof(
    'A065311',
    proving(() => jwtOf({ typ: 'dpop+jwt', alg: 'none', jwk: {} }, {})),
  ),
  'resource-proof-keyless': invalidProof(
    'A065312',
    proving((key, token) => proofOf(key, token, START, {}, { jwk: undefined })),
  ),
  'resource-proof-algorithm-missing': invalidProof(
    'A065313',
    proving(() => jwtOf({ typ: 'dpop+jwt' }, {})),
  ),
  'introspection-parameters-missing': invalidRequest('A145201', onStandard(undefined)),
  'introspection-parameters-malformed': invalidRequest('A145202', onStandard('token=%zz')),
  'introspection-token-missing': invalidRequest('A145302', onStandard('a=b')),
  'introspection-token-repeated': invalidRequest('A145391', onStandard('token=a&token=a')),
  'caller-public': gives('401 invalid_client', async ({ addClient, post }) => {
    const { id } = await addClient(PUBLIC)
    return post('/introspection/standard', { token: UNKNOWN, client_id: id })
  }),

  'revocation-parameters-missing': invalidRequest('A113201', revoking(undefined)),
  'revocation-parameters-malformed': invalidRequest('A113202', revoking('token=%zz')),
  'revocation-token-empty': invalidRequest('A115302', revoking('token=')),
  'revocation-token-repeated': invalidRequest('A115303', revoking('token=a&token=a')),

  'userinfo-token-missing': invalidRequest('A088391', calling('/auth/userinfo', {})),
  'userinfo-client-deleted': invalidToken(
    'A088392',
    userinfoAfter(({ v3, client }) => v3('DELETE', `/client/delete/${client.id}`)),
  ),
  'userinfo-token-cut-off': invalidToken(
    'A088394',
    userinfoAfter(({ call, client }) => call('/auth/token/revoke', { clientIdentifier: client.id })),
  ),
})
