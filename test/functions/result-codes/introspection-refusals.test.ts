import { INTROSPECTION } from '../../../shared/refusal/introspection.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { encode } from '../../support/assertions.ts'
import { tokensOf } from '../../support/answers.ts'
import { newProofKey, proofOf, TARGET, tokenBoundTo } from '../../support/proof-keys.ts'
import { START } from '../../support/fixed-runtime.ts'
import {
  calling,
  type Bench,
  provokeAll,
  type Provoke,
  invalidRequest,
  invalidToken,
  gives,
} from '../../support/result-codes.ts'
import { BASIC, BOUND, form, OTHER, OWN, PUBLIC } from '../../support/walk.ts'

const SIGNED = 'application/token-introspection+jwt'
const UNKNOWN = 'A'.repeat(72)
const invalidProof = (code: string, provoke: Provoke) =>
  gives(`UNAUTHORIZED ${code} invalid_dpop_proof`, provoke)
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

const onStandard = (parameters: string | undefined): Provoke =>
  calling('/auth/introspection/standard', { parameters })

const revoking =
  (parameters: string | undefined): Provoke =>
  ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call('/auth/revocation', { parameters, clientId, clientSecret })

/** Introspection of a token that is bound to a key, with a proof that is right but for these members. */
const proving =
  (claims: object, header: object = {}, target: object = TARGET): Provoke =>
  async (bench) => {
    const key = newProofKey()
    const token = await tokenBoundTo(bench, bench.client, key)
    const dpop = proofOf(key, token, START, { ...claims }, { ...header })
    return bench.introspect(token, undefined, { dpop, ...target })
  }

await provokeAll('introspection-refusals.test.ts', INTROSPECTION, {
  'token-missing': invalidRequest('A057301', calling('/auth/introspection', {})),
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
  'explanation-for-managers': gives('403 A057291', ({ call, secrets }) =>
    call('/auth/introspection', { token: UNKNOWN, explain: true }, { secret: secrets.runtime }),
  ),
  'token-unknown': invalidToken('A057302', ({ introspect }) => introspect(UNKNOWN)),
  'token-without-identifier': invalidToken('A057304', ({ introspect }) =>
    introspect(jwtOf({ alg: 'ES256' }, {})),
  ),
  'token-identifier-empty': invalidToken('A057305', ({ introspect }) =>
    introspect(jwtOf({ alg: 'ES256' }, { jti: null })),
  ),
  'token-not-signed': invalidToken('A057306', ({ introspect }) =>
    introspect(jwtOf({ alg: 'none' }, { jti: 'x' })),
  ),
  'token-client-deleted': invalidToken(
    'A057393',
    after(({ v3, client }) => v3('DELETE', `/client/delete/${client.id}`)),
  ),
  'token-client-locked': invalidToken(
    'A057394',
    after(({ v3, client }) => v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })),
  ),
  'token-cut-off': invalidToken(
    'A057395',
    after(({ call, client }) => call('/auth/token/revoke', { clientIdentifier: client.id })),
  ),
  'token-expired-refreshable': invalidToken(
    'A065301',
    after(({ runtime }) => Promise.resolve((runtime.clock.now = addSeconds(START, 86400)))),
  ),
  'token-expired-with-refresh': invalidToken(
    'A065302',
    after(({ runtime }) => Promise.resolve((runtime.clock.now = addSeconds(START, 864_000)))),
  ),
  'token-expired': invalidToken('A065303', async ({ credentials, introspect, client, runtime }) => {
    const { access } = tokensOf(await credentials(client))
    runtime.clock.now = addSeconds(START, 86400)
    return introspect(access)
  }),
  'certificate-missing': invalidToken('A065304', presenting(undefined)),
  'certificate-differs': invalidToken('A065305', presenting(OTHER)),
  'certificate-unreadable': invalidToken('A065307', presenting('no certificate')),
  'binding-damaged': invalidToken(
    'A065391',
    after(async ({ runtime, number, client }) => {
      await runtime.tables.tamper(number, client.number, { binding: { 'x5t#S256': 'short' } })
    }),
  ),
  'token-unbound': [
    'UNAUTHORIZED A065392 invalid_token',
    async ({ granted, client, setService, introspect }) => {
      const { access } = await granted(client)
      await setService({ fapi2: true })
      return introspect(access)
    },
  ],
  'resource-proof-missing': invalidToken('A065308', async (bench) =>
    bench.introspect(await tokenBoundTo(bench, bench.client, newProofKey()), OWN),
  ),
  'resource-proof-differs': invalidToken('A065309', async (bench) => {
    const token = await tokenBoundTo(bench, bench.client, newProofKey())
    const dpop = proofOf(newProofKey(), token, START)
    return bench.introspect(token, undefined, { dpop, ...TARGET })
  }),
  'resource-proof-wrong': invalidProof('A065310', proving({ htm: 'POST' })),
  'resource-proof-symmetric': invalidProof('A065311', async (bench) => {
    const token = await tokenBoundTo(bench, bench.client, newProofKey())
    const dpop = jwtOf({ typ: 'dpop+jwt', alg: 'none', jwk: {} }, {})
    return bench.introspect(token, undefined, { dpop, ...TARGET })
  }),
  'resource-proof-keyless': invalidProof('A065312', proving({}, { jwk: undefined })),
  'resource-proof-algorithm-missing': invalidProof('A065313', async (bench) => {
    const token = await tokenBoundTo(bench, bench.client, newProofKey())
    return bench.introspect(token, undefined, { dpop: jwtOf({ typ: 'dpop+jwt' }, {}), ...TARGET })
  }),
  'resource-proof-needless': invalidToken('A065396', async (bench) => {
    const { access } = await bench.granted(bench.client)
    const dpop = proofOf(newProofKey(), access, START)
    return bench.introspect(access, undefined, { dpop, ...TARGET })
  }),
  'resource-proof-nonce-wrong': gives(
    'UNAUTHORIZED A065397 use_dpop_nonce',
    proving({ nonce: 'other' }, {}, { ...TARGET, dpopNonceRequired: true }),
  ),
  'resource-proof-used': invalidProof('A065398', async (bench) => {
    await bench.setService({ dpopProofUsedOnce: true })
    const key = newProofKey()
    const token = await tokenBoundTo(bench, bench.client, key)
    const dpop = proofOf(key, token, START)
    await bench.introspect(token, undefined, { dpop, ...TARGET })
    return bench.introspect(token, undefined, { dpop, ...TARGET })
  }),
  'resource-proof-target-missing': invalidRequest('A057396', proving({}, {}, { htm: 'GET' })),
  'token-scopeless': gives('FORBIDDEN A064301 insufficient_scope', introspecting({ scopes: ['read'] })),
  'scope-insufficient': gives(
    'FORBIDDEN A064302 insufficient_scope',
    async ({ granted, introspect, client }) => {
      const { access } = await granted(client, undefined, { scope: 'read' })
      return introspect(access, undefined, { scopes: ['read', 'write'] })
    },
  ),
  'token-subjectless': gives('FORBIDDEN A066301 invalid_request', introspecting({ subject: 'alice' })),
  'subject-differs': gives('FORBIDDEN A066302 invalid_request', async ({ granted, introspect, client }) =>
    introspect((await granted(client)).access, undefined, { subject: 'alice' }),
  ),

  'resource-not-covered': invalidToken('A065395', introspecting({ resources: ['https://rs.example.com'] })),
  'acr-insufficient': gives(
    'UNAUTHORIZED A065393 insufficient_user_authentication',
    introspecting({ acrValues: ['phr'] }),
  ),
  'authentication-too-old': gives(
    'UNAUTHORIZED A065394 insufficient_user_authentication',
    introspecting({ maxAge: 60 }),
  ),

  'introspection-resource-server-missing': invalidRequest(
    'A404301',
    calling('/auth/introspection/standard', { parameters: 'token=a', httpAcceptHeader: SIGNED }),
  ),
  'introspection-not-signed': invalidRequest('A404391', ({ call }) => {
    const asked = { parameters: 'token=a', httpAcceptHeader: SIGNED, rsUri: 'https://rs.example.com' }
    return call('/auth/introspection/standard', asked)
  }),
  'introspection-parameters-missing': invalidRequest('A145201', onStandard(undefined)),
  'introspection-parameters-malformed': invalidRequest('A145202', onStandard('token=%zz')),
  'introspection-token-missing': invalidRequest('A145302', onStandard('a=b')),
  'introspection-token-repeated': invalidRequest('A145391', onStandard('token=a&token=a')),
  'caller-public': [
    '401 invalid_client',
    async ({ addClient, post }) => {
      const { id } = await addClient(PUBLIC)
      return post('/introspection/standard', { token: UNKNOWN, client_id: id })
    },
  ],

  'revocation-parameters-missing': invalidRequest('A113201', revoking(undefined)),
  'revocation-parameters-malformed': invalidRequest('A113202', revoking('token=%zz')),
  'revocation-token-missing': invalidRequest('A115301', revoking('a=b')),
  'revocation-token-empty': invalidRequest('A115302', revoking('token=')),
  'revocation-token-repeated': invalidRequest('A115303', revoking('token=a&token=a')),
  'revocation-client-unidentified': gives('INVALID_CLIENT A116302 invalid_client', ({ call }) =>
    call('/auth/revocation', { parameters: `token=${UNKNOWN}` }),
  ),
  'revocation-of-other-client': invalidRequest('A116301', async ({ granted, addClient, call, client }) => {
    const other = await addClient(BASIC)
    const parameters = form({ token: (await granted(client)).access })
    return call('/auth/revocation', { parameters, clientId: other.id, clientSecret: other.secret })
  }),
})
