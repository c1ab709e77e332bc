import { INTROSPECTION } from '../../../shared/refusal/introspection.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { encode } from '../../support/assertions.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { type Bench, provokeAll, type Provoke } from '../../support/result-codes.ts'
import { BASIC, BOUND, form, OTHER, OWN, PUBLIC } from '../../support/walk.ts'

const SIGNED = 'application/token-introspection+jwt'
const UNKNOWN = 'A'.repeat(72)
const jwtOf = (header: object, payload: object) => `${encode(header)}.${encode(payload)}.${'A'.repeat(86)}`

/** Introspection of an access token of the client itself. */
const introspecting =
  (members: Record<string, unknown>): Provoke =>
  async ({ credentials, introspect, client }) =>
    introspect(tokensOf(await credentials(client)).access, undefined, members)

/** What becomes of the client of a good token, and then introspection. */
const after =
  (change: (bench: Bench) => Promise<unknown>): Provoke =>
  async (bench) => {
    const { access } = await bench.granted(bench.client)
    await change(bench)
    return bench.introspect(access)
  }

const presenting =
  (certificate: string | undefined): Provoke =>
  async ({ addClient, granted, introspect }) =>
    introspect((await granted(await addClient(BASIC, BOUND), OWN)).access, certificate)

const onStandard =
  (parameters: string | undefined): Provoke =>
  ({ call }) =>
    call('/auth/introspection/standard', { parameters })

const revoking =
  (parameters: string | undefined): Provoke =>
  ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call('/auth/revocation', { parameters, clientId, clientSecret })

await provokeAll('introspection-refusals.test.ts', INTROSPECTION, {
  'token-missing': ['BAD_REQUEST A057301 invalid_request', ({ call }) => call('/auth/introspection', {})],
  'token-parameters-malformed': [
    '400 invalid_request',
    ({ post }) => post('/introspection', { token: UNKNOWN, scopes: 'a"b' }, OWN),
  ],
  'token-repeated': [
    '400 invalid_request',
    ({ send }) =>
      send({
        route: '/introspection',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'token=a&token=b',
      }),
  ],
  'token-unknown': ['UNAUTHORIZED A057302 invalid_token', ({ introspect }) => introspect(UNKNOWN)],
  'token-without-identifier': [
    'UNAUTHORIZED A057304 invalid_token',
    ({ introspect }) => introspect(jwtOf({ alg: 'ES256' }, {})),
  ],
  'token-identifier-empty': [
    'UNAUTHORIZED A057305 invalid_token',
    ({ introspect }) => introspect(jwtOf({ alg: 'ES256' }, { jti: null })),
  ],
  'token-not-signed': [
    'UNAUTHORIZED A057306 invalid_token',
    ({ introspect }) => introspect(jwtOf({ alg: 'none' }, { jti: 'x' })),
  ],
  'token-client-deleted': [
    'UNAUTHORIZED A057393 invalid_token',
    after(({ v3, client }) => v3('DELETE', `/client/delete/${client.id}`)),
  ],
  'token-client-locked': [
    'UNAUTHORIZED A057394 invalid_token',
    after(({ v3, client }) => v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })),
  ],
  'token-cut-off': [
    'UNAUTHORIZED A057395 invalid_token',
    after(({ call, client }) => call('/auth/token/revoke', { clientIdentifier: client.id })),
  ],
  'token-expired-refreshable': [
    'UNAUTHORIZED A065301 invalid_token',
    after(({ runtime }) => Promise.resolve((runtime.clock.now = later(START, 86400)))),
  ],
  'token-expired-with-refresh': [
    'UNAUTHORIZED A065302 invalid_token',
    after(({ runtime }) => Promise.resolve((runtime.clock.now = later(START, 864_000)))),
  ],
  'token-expired': [
    'UNAUTHORIZED A065303 invalid_token',
    async ({ credentials, introspect, client, runtime }) => {
      const { access } = tokensOf(await credentials(client))
      runtime.clock.now = later(START, 86400)
      return introspect(access)
    },
  ],
  'certificate-missing': ['UNAUTHORIZED A065304 invalid_token', presenting(undefined)],
  'certificate-differs': ['UNAUTHORIZED A065305 invalid_token', presenting(OTHER)],
  'certificate-unreadable': ['UNAUTHORIZED A065307 invalid_token', presenting('no certificate')],
  'binding-damaged': [
    'UNAUTHORIZED A065391 invalid_token',
    after(async ({ runtime, number, client }) => {
      await runtime.tables.tamper(number, client.number, { binding: { 'x5t#S256': 'short' } })
    }),
  ],
  'token-unbound': [
    'UNAUTHORIZED A065392 invalid_token',
    async ({ granted, client, setService, introspect }) => {
      const { access } = await granted(client)
      await setService({ fapi2: true })
      return introspect(access)
    },
  ],
  'token-scopeless': ['FORBIDDEN A064301 insufficient_scope', introspecting({ scopes: ['read'] })],
  'scope-insufficient': [
    'FORBIDDEN A064302 insufficient_scope',
    async ({ granted, introspect, client }) => {
      const { access } = await granted(client, undefined, { scope: 'read' })
      return introspect(access, undefined, { scopes: ['read', 'write'] })
    },
  ],
  'token-subjectless': ['FORBIDDEN A066301 invalid_request', introspecting({ subject: 'alice' })],
  'subject-differs': [
    'FORBIDDEN A066302 invalid_request',
    async ({ granted, introspect, client }) =>
      introspect((await granted(client)).access, undefined, { subject: 'alice' }),
  ],

  'resource-not-covered': [
    'UNAUTHORIZED A065395 invalid_token',
    introspecting({ resources: ['https://rs.example.com'] }),
  ],
  'acr-insufficient': [
    'UNAUTHORIZED A065393 insufficient_user_authentication',
    introspecting({ acrValues: ['phr'] }),
  ],
  'authentication-too-old': [
    'UNAUTHORIZED A065394 insufficient_user_authentication',
    introspecting({ maxAge: 60 }),
  ],

  'introspection-resource-server-missing': [
    'BAD_REQUEST A404301 invalid_request',
    ({ call }) => call('/auth/introspection/standard', { parameters: 'token=a', httpAcceptHeader: SIGNED }),
  ],
  'introspection-not-signed': [
    'BAD_REQUEST A404391 invalid_request',
    ({ call }) => {
      const asked = { parameters: 'token=a', httpAcceptHeader: SIGNED, rsUri: 'https://rs.example.com' }
      return call('/auth/introspection/standard', asked)
    },
  ],
  'introspection-parameters-missing': ['BAD_REQUEST A145201 invalid_request', onStandard(undefined)],
  'introspection-parameters-malformed': ['BAD_REQUEST A145202 invalid_request', onStandard('token=%zz')],
  'introspection-token-missing': ['BAD_REQUEST A145302 invalid_request', onStandard('a=b')],
  'introspection-token-repeated': ['BAD_REQUEST A145391 invalid_request', onStandard('token=a&token=a')],
  'caller-public': [
    '401 invalid_client',
    async ({ addClient, post }) => {
      const { id } = await addClient(PUBLIC)
      return post('/introspection/standard', { token: UNKNOWN, client_id: id })
    },
  ],

  'revocation-parameters-missing': ['BAD_REQUEST A113201 invalid_request', revoking(undefined)],
  'revocation-parameters-malformed': ['BAD_REQUEST A113202 invalid_request', revoking('token=%zz')],
  'revocation-token-missing': ['BAD_REQUEST A115301 invalid_request', revoking('a=b')],
  'revocation-token-empty': ['BAD_REQUEST A115302 invalid_request', revoking('token=')],
  'revocation-token-repeated': ['BAD_REQUEST A115303 invalid_request', revoking('token=a&token=a')],
  'revocation-client-unidentified': [
    'INVALID_CLIENT A116302 invalid_client',
    ({ call }) => call('/auth/revocation', { parameters: `token=${UNKNOWN}` }),
  ],
  'revocation-of-other-client': [
    'BAD_REQUEST A116301 invalid_request',
    async ({ granted, addClient, call, client }) => {
      const other = await addClient(BASIC)
      const parameters = form({ token: (await granted(client)).access })
      return call('/auth/revocation', { parameters, clientId: other.id, clientSecret: other.secret })
    },
  ],
})
