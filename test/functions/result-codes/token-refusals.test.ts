import { TOKEN } from '../../../shared/refusal/token.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { OPENID_PROVIDER } from '../../support/openid.ts'
import {
  type Bench,
  provokeAll,
  type Provoke,
  invalidRequest,
  gives,
  serverError,
  invalidScope,
  unauthorizedClient,
  invalidTarget,
  invalidGrant,
} from '../../support/result-codes.ts'
import { BASIC, BOUND, form, OTHER, OWN, PUBLIC, REDIRECT_URI, TLS } from '../../support/walk.ts'

const CODE = { grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT_URI }
const REFRESH = { grant_type: 'refresh_token', refresh_token: 'x' }
const VERIFIER = 'v'.repeat(43)
const PLAIN = { code_challenge: VERIFIER, code_challenge_method: 'plain' }

/** Proofs for the token endpoint at the start. */
const [key, other] = [newProofKey(), newProofKey()]
const invalidProof = (resultCode: string, provoke: Provoke) =>
  gives(`BAD_REQUEST ${resultCode} invalid_dpop_proof`, provoke)

/** A token for the client itself with this proof. */
const proving =
  (dpop: string, members: object = {}): Provoke =>
  ({ token, client }) =>
    token(client, { grant_type: 'client_credentials' }, { dpop, ...members })

/** A code for one key, redeemed with this proof. */
const redeemingFor =
  (dpop?: string): Provoke =>
  async ({ token, code, client }) =>
    token(client, { ...CODE, code: await code(client, { dpop_jkt: key.jkt }) }, { dpop })

/** A refresh token of a grant that is bound to a key, with this proof. */
const refreshingFor =
  (dpop?: string): Provoke =>
  async ({ token, code, client }) => {
    const redeemed = await token(client, { ...CODE, code: await code(client) }, { dpop: key.proof() })
    return token(client, { ...REFRESH, refresh_token: tokensOf(redeemed).refresh }, { dpop })
  }

const asking =
  (parameters: Record<string, unknown>, members: Record<string, unknown> = {}): Provoke =>
  ({ token, client }) =>
    token(client, parameters, members)

/** The parameters as text, with this one in it twice. */
const twice =
  (parameters: Record<string, unknown>, parameter: string): Provoke =>
  ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call('/auth/token', {
      parameters: `${form(parameters)}&${parameter}=a&${parameter}=a`,
      clientId,
      clientSecret,
    })

/** A good code of an authorization request with these parameters, redeemed with those. */
const redeeming =
  (asked: Record<string, unknown>, parameters: Record<string, unknown>): Provoke =>
  async ({ redeem, code, client }) =>
    redeem(client, await code(client, asked), undefined, parameters)

const refreshed = async ({ granted, client }: Bench) => (await granted(client)).refresh

const cutOff = ({ call, client }: Bench) => call('/auth/token/revoke', { clientIdentifier: client.id })

await provokeAll('token-refusals.test.ts', TOKEN, {
  'binding-certificate-missing': invalidRequest('A244308', async ({ credentials, addClient }) =>
    credentials(await addClient(BASIC, BOUND)),
  ),
  'binding-certificate-unreadable': invalidRequest('A244309', async ({ credentials, addClient }) =>
    credentials(await addClient(BASIC, BOUND), 'no certificate'),
  ),
  'dpop-certificate-required': invalidRequest('A244393', async ({ token, addClient }) => {
    const members = { dpop: key.proof(), clientCertificate: OWN }
    return token(await addClient(BASIC, BOUND), { grant_type: 'client_credentials' }, members)
  }),
  'dpop-proof-wrong': invalidProof('A244394', proving(key.proof({ htm: 'GET' }))),
  'dpop-missing': invalidProof('A244395', async ({ credentials, addClient }) =>
    credentials(await addClient(BASIC, { dpopRequired: true })),
  ),
  'dpop-nonce-wrong': gives(
    'BAD_REQUEST A244396 use_dpop_nonce',
    proving(key.proof(), { dpopNonceRequired: true }),
  ),
  'dpop-used': invalidProof('A244397', async (bench) => {
    const dpop = key.proof()
    await proving(dpop)(bench)
    return proving(dpop)(bench)
  }),
  'unbound-not-fapi2': gives(
    'BAD_REQUEST A050399',
    async ({ setService, call, client: { id: clientId } }) => {
      await setService({ fapi2: true })
      return call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', clientId })
    },
  ),
  'token-properties-too-large': serverError(
    'A050201',
    asking({ grant_type: 'client_credentials' }, { properties: [{ key: 'k', value: 'v'.repeat(20_000) }] }),
  ),
  'claims-too-large': serverError(
    'A050291',
    asking({ grant_type: 'client_credentials' }, { jwtAtClaims: JSON.stringify({ k: 'v'.repeat(20_000) }) }),
  ),
  'jwt-not-signed': serverError('A050202', async ({ setService, credentials, client }) => {
    await setService({ accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: 'gone' })
    return credentials(client)
  }),
  'id-token-not-signed': serverError('A050292', async ({ setService, code, redeem, client }) => {
    await setService(OPENID_PROVIDER)
    const text = await code(client, { scope: 'openid' })
    await setService({ jwks: [] })
    return redeem(client, text)
  }),

  'scope-repeated': invalidRequest('A052302', twice({ grant_type: 'client_credentials' }, 'scope')),
  'scope-none': invalidScope('A052303', asking({ grant_type: 'client_credentials', scope: 'unknown' })),
  'scope-malformed': invalidScope('A052391', asking({ grant_type: 'client_credentials', scope: 'a"b' })),

  'client-credentials-for-public': unauthorizedClient('A052301', async ({ credentials, addClient }) =>
    credentials(await addClient(PUBLIC)),
  ),
  'resource-malformed': invalidTarget(
    'A049391',
    asking({ grant_type: 'client_credentials', resource: '/here' }),
  ),
  'code-resource-wider': invalidTarget(
    'A050393',
    redeeming({ resource: 'https://a.example' }, { resource: 'https://b.example' }),
  ),
  'refresh-resource-wider': invalidTarget('A053395', async (bench) =>
    bench.refresh(bench.client, await refreshed(bench), undefined, { resource: 'https://a.example' }),
  ),
  'code-missing': invalidRequest('A050301', asking({ ...CODE, code: undefined })),
  'code-empty': invalidRequest('A050302', asking({ ...CODE, code: '' })),
  'code-repeated': invalidRequest('A050303', twice({ ...CODE, code: undefined }, 'code')),
  'token-redirect-uri-repeated': invalidRequest('A050304', twice(CODE, 'redirect_uri')),
  'code-unknown': invalidGrant('A050305', asking(CODE)),
  'code-of-other-client': invalidGrant('A050307', async ({ redeem, code, client, addClient }) =>
    redeem(await addClient(BASIC), await code(client)),
  ),
  'redirect-uri-missing': invalidGrant('A050308', redeeming({}, { redirect_uri: undefined })),
  'redirect-uri-differs': invalidGrant('A050309', redeeming({}, { redirect_uri: `${REDIRECT_URI}/` })),
  'redirect-uri-unexpected': invalidGrant('A050310', redeeming({ redirect_uri: undefined }, {})),
  'code-key-missing': invalidGrant('A050394', redeemingFor()),
  'code-key-differs': invalidGrant('A050395', redeemingFor(other.proof())),
  'code-expired': invalidGrant('A050311', async ({ redeem, code, client, runtime }) => {
    const expiring = await code(client)
    runtime.clock.now = addSeconds(START, 60)
    return redeem(client, expiring)
  }),
  'code-breaks-fapi2': invalidGrant('A050398', async ({ addClient, setService, redeem, code }) => {
    const client = await addClient({ ...TLS, ...BOUND })
    const before = await code(client)
    await setService({ fapi2: true })
    return redeem(client, before, OWN)
  }),
  'code-cut-off': invalidGrant('A050391', async (bench) => {
    const code = await bench.code(bench.client)
    await cutOff(bench)
    return bench.redeem(bench.client, code)
  }),
  'verifier-missing': invalidGrant('A050312', redeeming(PLAIN, {})),
  'verifier-empty': invalidRequest('A050313', redeeming(PLAIN, { code_verifier: '' })),
  'verifier-repeated': invalidRequest('A050314', twice(CODE, 'code_verifier')),
  'verifier-differs': invalidGrant('A050315', redeeming(PLAIN, { code_verifier: 'w'.repeat(43) })),
  'verifier-malformed': invalidRequest('A050316', asking({ ...CODE, code_verifier: 'short' })),
  'verifier-unexpected': invalidGrant('A050317', redeeming({}, { code_verifier: VERIFIER })),
  'refresh-token-missing': invalidRequest('A053301', asking({ ...REFRESH, refresh_token: undefined })),
  'refresh-token-empty': invalidRequest('A053302', asking({ ...REFRESH, refresh_token: '' })),
  'refresh-token-repeated': invalidRequest(
    'A053303',
    twice({ ...REFRESH, refresh_token: undefined }, 'refresh_token'),
  ),
  'refresh-scope-repeated': invalidRequest('A053304', twice(REFRESH, 'scope')),
  'refresh-token-unknown': invalidGrant('A053305', asking(REFRESH)),
  'refresh-token-of-other-client': invalidGrant('A053307', async (bench) =>
    bench.refresh(await bench.addClient(BASIC), await refreshed(bench)),
  ),
  'refresh-token-expired': invalidGrant('A053308', async (bench) => {
    const refresh = await refreshed(bench)
    bench.runtime.clock.now = addSeconds(START, 864_000)
    return bench.refresh(bench.client, refresh)
  }),
  'refresh-scope-wider': invalidScope('A053309', async ({ granted, refresh, client }) =>
    refresh(client, (await granted(client, undefined, { scope: 'read' })).refresh, undefined, {
      scope: 'read write',
    }),
  ),
  'refresh-token-cut-off': invalidGrant('A053391', async (bench) => {
    const refresh = await refreshed(bench)
    await cutOff(bench)
    return bench.refresh(bench.client, refresh)
  }),
  'refresh-certificate-differs': invalidGrant('A053392', async ({ addClient, granted, refresh }) => {
    const bound = await addClient(BASIC, BOUND)
    return refresh(bound, (await granted(bound, OWN)).refresh, OTHER)
  }),
  'refresh-key-missing': invalidGrant('A053396', refreshingFor()),
  'refresh-key-differs': invalidGrant('A053311', refreshingFor(other.proof())),
  'refresh-proof-needless': invalidGrant('A053397', async (bench) => {
    const client = await bench.addClient(TLS, BOUND)
    const { refresh } = await bench.granted(client, OWN)
    await bench.setClient(client, { tlsClientCertificateBoundAccessTokens: false })
    const members = { dpop: key.proof(), clientCertificate: OWN }
    return bench.token(client, { ...REFRESH, refresh_token: refresh }, members)
  }),
  'refresh-grant-unbound': invalidGrant('A053393', async (bench) => {
    const refresh = await refreshed(bench)
    await bench.setClient(bench.client, BOUND)
    return bench.refresh(bench.client, refresh, OWN)
  }),
  'refresh-binding-damaged': invalidGrant(
    'A053394',
    async ({ addClient, code, redeem, refresh, runtime, number }) => {
      const bound = await addClient(BASIC, BOUND)
      const tokens = tokensOf(await redeem(bound, await code(bound), OWN))
      await runtime.tables.tamper(number, bound.number, { binding: {} })
      return refresh(bound, tokens.refresh, OWN)
    },
  ),
})
