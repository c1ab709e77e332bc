import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC } from '../../support/walk.ts'

const ORDER = [
  'token',
  'client',
  'revocation',
  'expiry',
  'proof',
  'binding',
  'scopes',
  'subject',
  'resources',
  'acr',
  'maxAge',
]
const OWN_THUMBPRINT = thumbprintOf('client-ec-p256')

const walk = await testWalk({ accessTokenDuration: 3600 })
const { runtime } = walk

type Step = Readonly<Record<string, unknown>>
type Request = Readonly<Record<string, unknown>>
const stepsOf = ({ json }: Received) => json['steps'] as readonly Step[]
const step = (answer: Received, name: string) => stepsOf(answer).find((one) => one['name'] === name)

/** Introspection with `explain`, after the same without it: both must have one outcome. */
async function explained(request: Request): Promise<Received> {
  const plain = await walk.call('/auth/introspection', request)
  const answer = await walk.call('/auth/introspection', { ...request, explain: true })
  expect(plain.json).not.toHaveProperty('steps')
  const { steps: _, ...rest } = answer.json
  expect(rest).toEqual(plain.json)
  expect(stepsOf(answer).map(({ name }) => name)).toEqual(ORDER)
  return answer
}

/** A bound token of an end-user for `read`, for the service's default resource. */
async function boundToken() {
  const client = await walk.addClient(PUBLIC, BOUND)
  const told = { acr: 'phr', authTime: START - 100 }
  const code = await walk.code(client, { scope: 'read' }, told)
  return { client, access: tokensOf(await walk.redeem(client, code, OWN)).access }
}

test('a token that may be used is explained by what each check has compared', async () => {
  const { client, access } = await boundToken()
  const asked = { scopes: ['read'], subject: 'testuser01', acrValues: ['phr'], maxAge: 300 }
  const answer = await explained({ token: access, clientCertificate: OWN, ...asked })
  expect(answer.json['action']).toBe('OK')
  const [issuedAt, audience] = [START * 1000, 'https://as.example.com']
  const details = [
    { tokenFormat: 'OPAQUE', clientId: client.number, grantType: 'AUTHORIZATION_CODE', issuedAt },
    { issuedAt, locked: false, clientNotBefore: issuedAt },
    { certificateRevoked: false },
    { expiresAt: (START + 3600) * 1000, refreshable: true },
    { proof: 'ABSENT' },
    {
      ...{ bound: true, boundOnly: false, certificate: 'READ' },
      ...{ tokenThumbprint: OWN_THUMBPRINT, certificateThumbprint: OWN_THUMBPRINT },
    },
    { required: ['read'], granted: ['read'], missing: [] },
    { requiredSubject: 'testuser01', grantedSubject: 'testuser01' },
    { required: [], granted: [audience], missing: [] },
    { required: ['phr'], grantedAcr: 'phr' },
    { requiredMaxAge: 300, authTime: START - 100 },
  ]
  expect(stepsOf(answer)).toEqual(
    details.map((detail, at) => ({ name: ORDER[at], outcome: 'PASSED', ...detail })),
  )
  expect(answer.text).not.toContain(access)
})

const unlocked = { clientCertificate: OWN }
const failing: readonly [name: string, reason: string, code: string, request: Request, before?: string][] = [
  ['client', 'token-client-locked', 'A057394', unlocked, 'lock'],
  ['client', 'token-client-deleted', 'A057393', unlocked, 'delete'],
  ['client', 'token-cut-off', 'A057395', unlocked, 'cut off'],
  ['expiry', 'token-expired-refreshable', 'A065301', unlocked, 'expire'],
  ['binding', 'certificate-missing', 'A065304', {}],
  ['binding', 'certificate-differs', 'A065305', { clientCertificate: OTHER }],
  ['binding', 'certificate-unreadable', 'A065307', { clientCertificate: spelling('truncated-der') }],
  ['scopes', 'scope-insufficient', 'A064302', { ...unlocked, scopes: ['read', 'write'] }],
  ['subject', 'subject-differs', 'A066302', { ...unlocked, subject: 'mallory' }],
  ['resources', 'resource-not-covered', 'A065395', { ...unlocked, resources: ['https://other.example.com'] }],
  ['acr', 'acr-insufficient', 'A065393', { ...unlocked, acrValues: ['phrh'] }],
  ['maxAge', 'authentication-too-old', 'A065394', { ...unlocked, maxAge: 99 }],
]

test.each(failing)(
  'the steps stop at the check %s, which failed by %s, and give its result code %s',
  async (name, reason, code, request, before) => {
    const { client, access } = await boundToken()
    if (before === 'lock') await walk.setLocked(client, true)
    if (before === 'delete') await walk.v3('DELETE', `/client/delete/${client.id}`)
    if (before === 'cut off') await walk.v3('POST', '/auth/token/revoke', { clientIdentifier: client.id })
    if (before === 'expire') runtime.clock.now = addSeconds(START, 3600)
    const answer = await explained({ token: access, ...request })
    expect(answer.json['resultCode']).toBe(code)
    const at = ORDER.indexOf(name)
    const steps = stepsOf(answer)
    expect(steps.slice(0, at).map(({ outcome }) => outcome)).toEqual(Array<string>(at).fill('PASSED'))
    expect(steps[at]).toMatchObject({ outcome: 'FAILED', reason, resultCode: code })
    expect(steps.slice(at + 1)).toEqual(
      ORDER.slice(at + 1).map((later) => ({ name: later, outcome: 'NOT_LOOKED_AT' })),
    )
    expect(steps.filter((one) => 'reason' in one || 'resultCode' in one)).toHaveLength(1)
  },
)

test('an unknown token fails the first step, and nothing is known of it', async () => {
  const answer = await explained({ token: 'A'.repeat(72), clientCertificate: OWN })
  const failed = { outcome: 'FAILED', reason: 'token-unknown', resultCode: 'A057302' }
  expect(stepsOf(answer)).toEqual([
    { name: 'token', ...failed },
    ...ORDER.slice(1).map((name) => ({ name, outcome: 'NOT_LOOKED_AT' })),
  ])
})

test('the steps show the thief of a bound token both thumbprints, and no scopes', async () => {
  const { access } = await boundToken()
  const answer = await explained({ token: access, clientCertificate: OTHER, scopes: ['read'] })
  expect(step(answer, 'binding')).toMatchObject({
    tokenThumbprint: OWN_THUMBPRINT,
    certificateThumbprint: thumbprintOf('client-other'),
  })
  expect(answer.text).not.toContain('granted')
})

test('the steps name an unbound token that only FAPI 2.0 refuses', async () => {
  const access = tokensOf(await walk.credentials(await walk.addClient(BASIC))).access
  expect(step(await explained({ token: access }), 'binding')).toMatchObject({
    ...{ outcome: 'PASSED', bound: false, boundOnly: false, certificate: 'ABSENT' },
  })
  const bound = await boundToken()
  await walk.setService({ fapi2: true })
  const passed = await explained({ token: bound.access, clientCertificate: OWN })
  expect(step(passed, 'binding')).toMatchObject({ outcome: 'PASSED', boundOnly: true })
  const refused = await explained({ token: access })
  expect(refused.json['resultCode']).toBe('A065392')
  expect(step(refused, 'binding')).toMatchObject({
    outcome: 'FAILED',
    reason: 'token-unbound',
    boundOnly: true,
  })
})

test('the steps of a JWT show its format', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  const access = tokensOf(await walk.credentials(await walk.addClient(BASIC))).access
  expect(step(await explained({ token: access }), 'token')).toMatchObject({ tokenFormat: 'JWT' })
})

test.each(['runtime', 'introspect'] as const)(
  'explain is refused by name to the role %s, which may ask without it',
  async (role) => {
    const { access } = await boundToken()
    const ask = (explain: unknown) =>
      walk.call(
        '/auth/introspection',
        { token: access, clientCertificate: OWN, explain },
        { secret: walk.secrets[role] },
      )
    const refused = await ask(true)
    expect([refused.status, refused.json['resultCode']]).toEqual([403, 'A057291'])
    expect(refused.json['resultMessage']).toContain('explain')
    for (const explain of [undefined, false]) {
      const answer = await ask(explain)
      expect(answer.json['action']).toBe('OK')
      expect(answer.json).not.toHaveProperty('steps')
    }
  },
)

test('a form may ask for an explanation, and the OAuth face never gives one', async () => {
  const { access } = await boundToken()
  const byForm = await walk.callByForm('/auth/introspection', {
    ...{ token: access, clientCertificate: OWN, explain: 'true' },
  })
  expect(stepsOf(byForm)).toHaveLength(ORDER.length)
  const holder = await walk.post('/introspection', { token: access, explain: 'true' }, OWN)
  expect([holder.status, holder.json['active'], holder.json['steps']]).toEqual([200, true, undefined])
})
