import { TOKEN } from '../../../shared/refusal/token.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { type Bench, provokeAll, type Provoke } from '../../support/result-codes.ts'
import { BASIC, BOUND, form, OTHER, OWN, PUBLIC, REDIRECT_URI } from '../../support/walk.ts'

const CODE = { grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT_URI }
const REFRESH = { grant_type: 'refresh_token', refresh_token: 'x' }
const VERIFIER = 'v'.repeat(43)
const PLAIN = { code_challenge: VERIFIER, code_challenge_method: 'plain' }

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
  'binding-certificate-missing': [
    'BAD_REQUEST A244308 invalid_request',
    async ({ credentials, addClient }) => credentials(await addClient(BASIC, BOUND)),
  ],
  'binding-certificate-unreadable': [
    'BAD_REQUEST A244309 invalid_request',
    async ({ credentials, addClient }) => credentials(await addClient(BASIC, BOUND), 'no certificate'),
  ],
  'unbound-not-fapi2': [
    'BAD_REQUEST A050399',
    async ({ setService, call, client: { id: clientId } }) => {
      await setService({ fapi2: true })
      return call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', clientId })
    },
  ],
  'token-properties-too-large': [
    'INTERNAL_SERVER_ERROR A050201 server_error',
    asking({ grant_type: 'client_credentials' }, { properties: [{ key: 'k', value: 'v'.repeat(20_000) }] }),
  ],
  'claims-too-large': [
    'INTERNAL_SERVER_ERROR A050291 server_error',
    asking({ grant_type: 'client_credentials' }, { jwtAtClaims: JSON.stringify({ k: 'v'.repeat(20_000) }) }),
  ],
  'jwt-not-signed': [
    'INTERNAL_SERVER_ERROR A050202 server_error',
    async ({ setService, credentials, client }) => {
      await setService({ accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: 'gone' })
      return credentials(client)
    },
  ],

  'scope-repeated': [
    'BAD_REQUEST A052302 invalid_request',
    twice({ grant_type: 'client_credentials' }, 'scope'),
  ],
  'scope-none': [
    'BAD_REQUEST A052303 invalid_scope',
    asking({ grant_type: 'client_credentials', scope: 'unknown' }),
  ],
  'scope-malformed': [
    'BAD_REQUEST A052391 invalid_scope',
    asking({ grant_type: 'client_credentials', scope: 'a"b' }),
  ],

  'client-credentials-for-public': [
    'BAD_REQUEST A052301 unauthorized_client',
    async ({ credentials, addClient }) => credentials(await addClient(PUBLIC)),
  ],
  'resource-malformed': [
    'BAD_REQUEST A049391 invalid_target',
    asking({ grant_type: 'client_credentials', resource: '/here' }),
  ],
  'code-resource-wider': [
    'BAD_REQUEST A050393 invalid_target',
    redeeming({ resource: 'https://a.example' }, { resource: 'https://b.example' }),
  ],
  'refresh-resource-wider': [
    'BAD_REQUEST A053395 invalid_target',
    async (bench) =>
      bench.refresh(bench.client, await refreshed(bench), undefined, { resource: 'https://a.example' }),
  ],
  'code-missing': ['BAD_REQUEST A050301 invalid_request', asking({ ...CODE, code: undefined })],
  'code-empty': ['BAD_REQUEST A050302 invalid_request', asking({ ...CODE, code: '' })],
  'code-repeated': ['BAD_REQUEST A050303 invalid_request', twice({ ...CODE, code: undefined }, 'code')],
  'token-redirect-uri-repeated': ['BAD_REQUEST A050304 invalid_request', twice(CODE, 'redirect_uri')],
  'code-unknown': ['BAD_REQUEST A050305 invalid_grant', asking(CODE)],
  'code-of-other-client': [
    'BAD_REQUEST A050307 invalid_grant',
    async ({ redeem, code, client, addClient }) => redeem(await addClient(BASIC), await code(client)),
  ],
  'redirect-uri-missing': ['BAD_REQUEST A050308 invalid_grant', redeeming({}, { redirect_uri: undefined })],
  'redirect-uri-differs': [
    'BAD_REQUEST A050309 invalid_grant',
    redeeming({}, { redirect_uri: `${REDIRECT_URI}/` }),
  ],
  'redirect-uri-unexpected': [
    'BAD_REQUEST A050310 invalid_grant',
    redeeming({ redirect_uri: undefined }, {}),
  ],
  'code-expired': [
    'BAD_REQUEST A050311 invalid_grant',
    async ({ redeem, code, client, runtime }) => {
      const expiring = await code(client)
      runtime.clock.now = later(START, 60)
      return redeem(client, expiring)
    },
  ],
  'code-cut-off': [
    'BAD_REQUEST A050391 invalid_grant',
    async (bench) => {
      const code = await bench.code(bench.client)
      await cutOff(bench)
      return bench.redeem(bench.client, code)
    },
  ],
  'verifier-missing': ['BAD_REQUEST A050312 invalid_grant', redeeming(PLAIN, {})],
  'verifier-empty': ['BAD_REQUEST A050313 invalid_request', redeeming(PLAIN, { code_verifier: '' })],
  'verifier-repeated': ['BAD_REQUEST A050314 invalid_request', twice(CODE, 'code_verifier')],
  'verifier-differs': [
    'BAD_REQUEST A050315 invalid_grant',
    redeeming(PLAIN, { code_verifier: 'w'.repeat(43) }),
  ],
  'verifier-malformed': ['BAD_REQUEST A050316 invalid_request', asking({ ...CODE, code_verifier: 'short' })],
  'verifier-unexpected': ['BAD_REQUEST A050317 invalid_grant', redeeming({}, { code_verifier: VERIFIER })],
  'refresh-token-missing': [
    'BAD_REQUEST A053301 invalid_request',
    asking({ ...REFRESH, refresh_token: undefined }),
  ],
  'refresh-token-empty': ['BAD_REQUEST A053302 invalid_request', asking({ ...REFRESH, refresh_token: '' })],
  'refresh-token-repeated': [
    'BAD_REQUEST A053303 invalid_request',
    twice({ ...REFRESH, refresh_token: undefined }, 'refresh_token'),
  ],
  'refresh-scope-repeated': ['BAD_REQUEST A053304 invalid_request', twice(REFRESH, 'scope')],
  'refresh-token-unknown': ['BAD_REQUEST A053305 invalid_grant', asking(REFRESH)],
  'refresh-token-of-other-client': [
    'BAD_REQUEST A053307 invalid_grant',
    async (bench) => bench.refresh(await bench.addClient(BASIC), await refreshed(bench)),
  ],
  'refresh-token-expired': [
    'BAD_REQUEST A053308 invalid_grant',
    async (bench) => {
      const refresh = await refreshed(bench)
      bench.runtime.clock.now = later(START, 864_000)
      return bench.refresh(bench.client, refresh)
    },
  ],
  'refresh-scope-wider': [
    'BAD_REQUEST A053309 invalid_scope',
    async ({ granted, refresh, client }) =>
      refresh(client, (await granted(client, undefined, { scope: 'read' })).refresh, undefined, {
        scope: 'read write',
      }),
  ],
  'refresh-token-cut-off': [
    'BAD_REQUEST A053391 invalid_grant',
    async (bench) => {
      const refresh = await refreshed(bench)
      await cutOff(bench)
      return bench.refresh(bench.client, refresh)
    },
  ],
  'refresh-certificate-differs': [
    'BAD_REQUEST A053392 invalid_grant',
    async ({ addClient, granted, refresh }) => {
      const bound = await addClient(BASIC, BOUND)
      return refresh(bound, (await granted(bound, OWN)).refresh, OTHER)
    },
  ],
  'refresh-grant-unbound': [
    'BAD_REQUEST A053393 invalid_grant',
    async (bench) => {
      const refresh = await refreshed(bench)
      await bench.setClient(bench.client, BOUND)
      return bench.refresh(bench.client, refresh, OWN)
    },
  ],
  'refresh-binding-damaged': [
    'BAD_REQUEST A053394 invalid_grant',
    async ({ addClient, code, redeem, refresh, runtime, number }) => {
      const bound = await addClient(BASIC, BOUND)
      const tokens = tokensOf(await redeem(bound, await code(bound), OWN))
      await runtime.tables.tamper(number, bound.number, { binding: {} })
      return refresh(bound, tokens.refresh, OWN)
    },
  ],
})
