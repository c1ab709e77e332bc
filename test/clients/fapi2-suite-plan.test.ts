import { describe, expect, test } from 'vitest'
import { API_GATEWAY_TLS_1_2, BCP_195 } from '../../infra/connections/mutual-tls.ts'
import { type Condition, failuresOf, tlsConditions } from '../support/suite-conditions.ts'
import { form } from '../support/walk.ts'
import { type Deployment, openFapi2Deployment } from './deployment.ts'
import { BY_SUBJECT, type Kind } from './kinds.ts'

/**
 * The plan "FAPI2 Security Profile Final, client credentials grant" of the OpenID Foundation's suite, in the variant with mutual TLS for
 * authentication and for tokens. It has these five modules. Each condition has the name that it has in the suite, and code of its own here.
 * @see https://gitlab.com/openid/conformance-suite/-/tree/master/src/main/java/net/openid/conformance/fapi2spfinal
 */

const SECOND: Kind = {
  ...BY_SUBJECT,
  settings: { ...BY_SUBJECT.settings, tlsClientAuthSubjectDn: 'CN=other.example.org,O=Client2,C=JP' },
  holds: 'client-other',
}
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: Readonly<Record<string, unknown>>
}

/** The clients and the requests of the plan. */
async function openPlan(deployment: Deployment) {
  const metadataUrl = `${deployment.issuer}/.well-known/oauth-authorization-server`
  const request = async (
    url: string,
    holds: string | undefined,
    init: { readonly headers?: Record<string, string>; readonly body?: Readonly<Record<string, unknown>> },
  ): Promise<Answer> => {
    const body = init.body === undefined ? undefined : new URLSearchParams(form(init.body))
    const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await deployment.fetchAs(holds)(url, { headers: { ...type, ...init.headers }, body })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      json: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer['json'],
    }
  }
  const metadata = await request(metadataUrl, undefined, {})
  const tokenEndpoint = (metadata.json['mtls_endpoint_aliases'] as { readonly token_endpoint: string })
    .token_endpoint
  const [first, second] = [
    await deployment.walk.addClient(BY_SUBJECT.settings),
    await deployment.walk.addClient(SECOND.settings),
  ]
  const token = (clientId: string, holds: string | undefined, url = tokenEndpoint) =>
    request(url, holds, {
      body: { grant_type: 'client_credentials', scope: 'accounts:read', client_id: clientId },
    })
  const resource = (
    accessToken: unknown,
    holds: string,
    { scheme = 'Bearer', headers = {}, query = '' } = {},
  ) =>
    request(`${deployment.accounts.href}${query}`, holds, {
      headers: { ...(query === '' && { authorization: `${scheme} ${String(accessToken)}` }), ...headers },
    })
  return {
    ...{ metadata, tokenEndpoint, token, resource },
    first: first.id,
    second: second.id,
    accounts: deployment.accounts.href,
  }
}

type Plan = Awaited<ReturnType<typeof openPlan>>

const isJson = ({ headers }: Answer) => /^application\/json\b/.test(headers.get('content-type') ?? '')
const includes = (value: unknown, ...wanted: readonly string[]) =>
  Array.isArray(value) && wanted.some((each) => value.includes(each))

function discovery(plan: Plan, issuer: string): Condition[] {
  const { metadata } = plan
  const { json } = metadata
  const methods = json['token_endpoint_auth_methods_supported']
  const allowed = ['PS256', 'ES256', 'EdDSA', 'Ed25519']
  return [
    ['EnsureDiscoveryEndpointResponseStatusCodeIs200', () => metadata.status === 200],
    ['CheckDiscoveryEndpointReturnedJsonContentType', () => isJson(metadata)],
    ['CheckOauthDiscEndpointIssuer', () => json['issuer'] === issuer],
    [
      'CheckTLSClientCertificateBoundAccessTokensTrue',
      () => json['tls_client_certificate_bound_access_tokens'] === true,
    ],
    [
      'CheckDiscEndpointTokenEndpointAuthMethodsSupportedContainsPrivateKeyOrTlsClient',
      () => includes(methods, 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'),
    ],
    [
      'FAPI2CheckDiscEndpointTokenEndpointAuthSigningAlgValuesSupported',
      () =>
        (json['token_endpoint_auth_signing_alg_values_supported'] as readonly string[]).every((alg) =>
          allowed.includes(alg),
        ),
    ],
    ['CheckDiscEndpointTokenEndpoint', () => String(json['token_endpoint']).startsWith('https://')],
    [
      'EnsureServerConfigurationSupportsMTLS',
      () => includes(methods, 'tls_client_auth', 'self_signed_tls_client_auth'),
    ],
  ]
}

/** The conditions about the answer of the token endpoint to a client. */
const tokenConditions = ({ status, headers, json }: Answer): Condition[] => [
  ['CheckTokenEndpointHttpStatus200', () => status === 200],
  ['CheckTokenEndpointCacheHeaders', () => headers.get('cache-control') === 'no-store'],
  ['CheckIfTokenEndpointResponseError', () => json['error'] === undefined],
  ['CheckTokenTypeIsBearer', () => String(json['token_type']).toLowerCase() === 'bearer'],
  ['EnsureMinimumAccessTokenLength', () => String(json['access_token']).length * 6 >= 128],
  [
    'EnsureAccessTokenContainsAllowedCharactersOnly',
    () => /^[A-Za-z0-9._~+/-]+=*$/.test(String(json['access_token'])),
  ],
  ['ValidateExpiresIn', () => Number.isInteger(json['expires_in']) && Number(json['expires_in']) > 0],
  ['EnsureScopeInTokenResponse', () => json['scope'] === 'accounts:read'],
]

async function happyFlow(plan: Plan): Promise<Condition[]> {
  const { first, second, token, resource } = plan
  const [answer, other] = [await token(first, BY_SUBJECT.holds), await token(second, SECOND.holds)]
  const use = async (options: Parameters<Plan['resource']>[2]) =>
    (await resource(answer.json['access_token'], BY_SUBJECT.holds, options)).status
  return [
    ...tlsConditions(plan.accounts, BY_SUBJECT.holds),
    ...tokenConditions(answer),
    ['EnsureHttpStatusCodeIs200or201', async () => (await use({})) === 200],
    [
      'DisallowAccessTokenInQuery',
      async () => (await use({ query: `?access_token=${String(answer.json['access_token'])}` })) >= 400,
    ],
    [
      'SetUtf8JsonAcceptHeadersForResourceEndpointRequest',
      async () => (await use({ headers: { accept: 'application/json; charset=utf-8' } })) === 200,
    ],
    [
      'SetPermissiveAcceptHeaderForResourceEndpointRequest',
      async () => (await use({ headers: { accept: '*/*, application/json' } })) === 200,
    ],
    ...tokenConditions(other),
    [
      'EnsureHttpStatusCodeIs200or201',
      async () => (await resource(other.json['access_token'], SECOND.holds)).status === 200,
    ],
    [
      // Client 2's token with the certificate of client 1.
      'EnsureHttpStatusCodeIs4xx',
      async () => (await resource(other.json['access_token'], BY_SUBJECT.holds)).status === 401,
    ],
  ]
}

async function caseSensitivity({ first, token, resource }: Plan): Promise<Condition[]> {
  const { json } = await token(first, BY_SUBJECT.holds)
  return [
    [
      'SetAccessTokenTypeToInvertedCase',
      async () =>
        (await resource(json['access_token'], BY_SUBJECT.holds, { scheme: 'bEARER' })).status === 200,
    ],
  ]
}

/** The conditions about an error of the token endpoint (RFC 6749 section 5.2). */
const errorConditions = (answer: Answer, errors: readonly string[]): Condition[] => [
  [
    'CheckTokenEndpointHttpStatusIs400Allowing401ForInvalidClientError',
    () => answer.status === 400 || (answer.status === 401 && answer.json['error'] === 'invalid_client'),
  ],
  ['CheckTokenEndpointReturnedJsonContentType', () => isJson(answer)],
  [`CheckErrorFromTokenEndpointResponseError`, () => errors.includes(String(answer.json['error']))],
  [
    'ValidateErrorFromTokenEndpointResponseError',
    () => /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(String(answer.json['error'])),
  ],
  [
    'ValidateErrorDescriptionFromTokenEndpointResponseError',
    () =>
      /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(
        JSON.stringify(answer.json['error_description'] ?? '').slice(1, -1),
      ),
  ],
  ['ValidateErrorUriFromTokenEndpointResponseError', () => answer.json['error_uri'] === undefined],
]

async function clientIdInTokenEndpoint({ second, token }: Plan): Promise<Condition[]> {
  return errorConditions(await token(second, BY_SUBJECT.holds), ['invalid_client', 'invalid_grant'])
}

async function holderOfKeyRequired(plan: Plan): Promise<Condition[]> {
  const { first, token, tokenEndpoint } = plan
  // The suite counts a connection that ends as a refusal. The token endpoint of the plain domain answers.
  const ended = await token(first, undefined).then(
    () => false,
    () => true,
  )
  const plain = await token(first, undefined, String(plan.metadata.json['token_endpoint']))
  return [
    ...tlsConditions(tokenEndpoint, BY_SUBJECT.holds),
    ['CallTokenEndpointAllowingTLSFailure', () => ended],
    ...errorConditions(plain, ['invalid_client', 'invalid_request']),
  ]
}

/** The modules of the plan, and the conditions that fail with the cipher suites of API Gateway. */
const WEAK = ['RequireOnlyBCP195RecommendedCiphersForTLS12']
const MODULES: readonly (readonly [
  string,
  (plan: Plan, issuer: string) => readonly Condition[] | Promise<readonly Condition[]>,
  readonly string[],
])[] = [
  ['fapi2-security-profile-final-discovery-end-point-verification', discovery, []],
  ['fapi2-security-profile-final-happy-flow', happyFlow, WEAK],
  ['fapi2-security-profile-final-access-token-type-header-case-sensitivity', caseSensitivity, []],
  ['fapi2-security-profile-final-ensure-client-id-in-token-endpoint', clientIdInTokenEndpoint, []],
  ['fapi2-security-profile-final-ensure-holder-of-key-required', holderOfKeyRequired, WEAK],
]

describe.each([
  ['only the suites of BCP 195', BCP_195, true],
  ['the suites of API Gateway', API_GATEWAY_TLS_1_2, false],
])('with %s', async (_name, policy, isStrict) => {
  const deployment = await openFapi2Deployment(policy)
  const plan = await openPlan(deployment)

  test.each(MODULES)(
    'M01: the conditions of %s hold, but for its cipher suites with those of API Gateway',
    async (_module, conditions, weak) => {
      expect(await failuresOf(await conditions(plan, deployment.issuer))).toEqual(isStrict ? [] : weak)
    },
  )
})
