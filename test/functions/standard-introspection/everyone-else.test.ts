import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, basic, BOUND, openWalk, OWN, type TestClient, type Walk } from '../../support/walk.ts'

let walk: Walk
let owner: TestClient
let ofOtherResource: TestClient
let otherClient: TestClient

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime)
  owner = await walk.addClient(BASIC, BOUND)
  ofOtherResource = await walk.addClient(BASIC, { resourceServerAudiences: ['https://rs.example.com'] })
  otherClient = await walk.addClient(BASIC)
})

const tokens = () => walk.granted(owner, OWN, { scope: 'read' })

const TOKENS: Readonly<Record<string, () => Promise<string>>> = {
  'a live token': async () => (await tokens()).access,
  'a live refresh token': async () => (await tokens()).refresh,
  'a live JWT': async () => {
    await walk.setService({ accessTokenSignAlg: 'ES256' })
    return (await tokens()).access
  },
  'a JWT of another issuer': async () => {
    await walk.setService({ accessTokenSignAlg: 'ES256', issuer: 'https://other.example.com' })
    const [header, payload] = (await tokens()).access.split('.')
    await walk.setService({ issuer: 'https://as.example.com' })
    return `${header}.${payload}.${'A'.repeat(86)}`
  },
  'an expired token': async () => {
    const { access } = await tokens()
    runtime.clock.now = addSeconds(START, 86400)
    return access
  },
  'a revoked token': async () => {
    const { access } = await tokens()
    await walk.post('/revocation', { token: access }, OWN, basic(owner))
    return access
  },
  'a token of a client that is locked': async () => {
    const { access } = await tokens()
    await walk.setLocked(owner, true)
    return access
  },
  'a token of another service': async () => {
    const elsewhere = await openWalk(runtime)
    return (await elsewhere.granted(await elsewhere.addClient(BASIC))).access
  },
  'an unknown token': () => Promise.resolve('A'.repeat(72)),
  'a text that is not a token': () => Promise.resolve('"é'),
  'a text that is too long': () => Promise.resolve('a'.repeat(20_000)),
}

/** The parts of an answer that must not depend on the token or the caller. */
async function answerTo(caller: TestClient, token: string) {
  const { status, headers, text } = await walk.post(
    ...(['/introspection/standard', { token }, undefined, basic(caller)] as const),
  )
  return { status, headers, text }
}

test.each(Object.entries(TOKENS))('an unauthorized caller learns nothing about %s', async (_name, make) => {
  const token = await make()
  const unknown = await answerTo(otherClient, 'A'.repeat(72))
  expect([unknown.status, unknown.text]).toEqual([200, '{"active":false}'])
  expect(await answerTo(ofOtherResource, token)).toEqual(unknown)
  expect(await answerTo(otherClient, token)).toEqual(unknown)
})

test('the tokens are active for their own client', async () => {
  const { access, refresh } = await tokens()
  for (const token of [access, refresh])
    expect((await answerTo(owner, token)).text).toContain('"active":true')
})

test.each(['access', 'refresh'] as const)('only its own client revokes the %s token', async (kind) => {
  const given = await tokens()
  const strangers = [ofOtherResource, otherClient]
  for (const stranger of strangers) {
    const answer = await walk.post('/revocation', { token: given[kind] }, OWN, basic(stranger))
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request'])
    expect((await walk.post('/introspection', { token: given.access }, OWN)).status).toBe(200)
  }
  expect((await walk.post('/revocation', { token: given[kind] }, undefined, basic(owner))).status).toBe(200)
  expect((await walk.post('/introspection', { token: given.access }, OWN)).status).toBe(401)
  expect((await answerTo(owner, given[kind])).text).toBe('{"active":false}')
})

const REASONS: Readonly<Record<string, string>> = {
  'a live token': 'audience-not-of-caller',
  'a live refresh token': 'refresh-token-not-of-caller',
  'a live JWT': 'audience-not-of-caller',
  'an expired token': 'token-expired',
  'a token of a client that is locked': 'token-client-locked',
}

test.each(Object.entries(TOKENS))('only the log has the reason why %s is inactive', async (name, make) => {
  const token = await make()
  runtime.lines.length = 0
  await answerTo(ofOtherResource, token)
  const [line, ...more] = runtime.logged()
  expect(more).toEqual([])
  expect(line).toMatchObject({ outcome: 'OK', inactive: REASONS[name] ?? 'token-unknown' })
  // Alarms count lines with a reason, and an inactive token is an answer.
  expect(line).not.toHaveProperty('reason')
})

test('the line about an active token has no reason', async () => {
  runtime.lines.length = 0
  await answerTo(owner, (await tokens()).access)
  expect(runtime.logged().at(-1)).not.toHaveProperty('inactive')
})
