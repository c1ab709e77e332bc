import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC, RENEWED, type TestClient } from '../../support/walk.ts'
import { Client } from '../../../shared/store/client.ts'

const ACCESS_SECONDS = 1000
const REFRESH_SECONDS = 5000
const UNREADABLE = spelling('truncated-der')
const THUMBPRINT = thumbprintOf('client-ec-p256')

let bound: TestClient
let unbound: TestClient

const walk = await testWalk({
  accessTokenDuration: ACCESS_SECONDS,
  refreshTokenDuration: REFRESH_SECONDS,
})
const { runtime } = walk
const { tables } = runtime
beforeEach(async () => {
  bound = await walk.addClient(PUBLIC, BOUND)
  unbound = await walk.addClient(BASIC)
})
const at = (seconds: number) => {
  runtime.clock.now = addSeconds(START, seconds)
}

/** Outcome and the four flags, `t` or `f`, in the order of Authlete contract, section 2.8. */
async function decision(token: string, certificate?: string, members: Record<string, unknown> = {}) {
  const answer = await walk.introspect(token, certificate, members)
  const flags = ['existent', 'usable', 'sufficient', 'refreshable'].map((name) => answer.json[name])
  return `${outcome(answer)} ${flags.map((flag) => (flag === true ? 't' : flag === false ? 'f' : '?')).join('')}`
}

test.each([undefined, null, '', 0])(
  'introspection without a token (%j) is a bad request (row 1)',
  async (token) => {
    expect(await decision(token as string, OWN)).toBe('BAD_REQUEST A057301 invalid_request ffff')
  },
)

test('an unknown token is unauthorized (row 3)', async () => {
  expect(await decision('A'.repeat(72), OWN)).toBe('UNAUTHORIZED A057302 invalid_token ffff')
  expect(await decision('not a token', OWN)).toBe('UNAUTHORIZED A057302 invalid_token ffff')
  expect(await decision('A'.repeat(8193), OWN)).toBe('UNAUTHORIZED A057302 invalid_token ffff')
})

test.each([
  [ACCESS_SECONDS - 1, 'OK A056001 tttt'],
  [ACCESS_SECONDS, 'UNAUTHORIZED A065301 invalid_token tftt'],
  [ACCESS_SECONDS + 1, 'UNAUTHORIZED A065301 invalid_token tftt'],
  [REFRESH_SECONDS - 1, 'UNAUTHORIZED A065301 invalid_token tftt'],
  [REFRESH_SECONDS, 'UNAUTHORIZED A065302 invalid_token tftf'],
  [REFRESH_SECONDS + 1, 'UNAUTHORIZED A065302 invalid_token tftf'],
])(
  'a token with a refresh token is answered %i s after issue with %s (rows 4 and 5)',
  async (seconds, expected) => {
    const { access } = await walk.granted(bound, OWN)
    at(seconds)
    expect(await decision(access, OWN)).toBe(expected)
  },
)

test.each([
  [ACCESS_SECONDS - 1, 'OK A056001 tttf'],
  [ACCESS_SECONDS, 'UNAUTHORIZED A065303 invalid_token tftf'],
  [ACCESS_SECONDS + 1, 'UNAUTHORIZED A065303 invalid_token tftf'],
])(
  'a token without a refresh token is answered %i s after issue with %s (row 5)',
  async (seconds, expected) => {
    const { json } = await walk.credentials(unbound)
    at(seconds)
    expect(await decision(json['accessToken'] as string)).toBe(expected)
  },
)

test.each([
  ['6', 'no', undefined, 'UNAUTHORIZED A065304 invalid_token tttt'],
  ['6', 'an empty', '', 'UNAUTHORIZED A065304 invalid_token tttt'],
  ['6', 'a (null)', '(null)', 'UNAUTHORIZED A065304 invalid_token tttt'],
  ['7', 'an unreadable', UNREADABLE, 'UNAUTHORIZED A065307 invalid_token tttt'],
  ['8', 'another', OTHER, 'UNAUTHORIZED A065305 invalid_token tttt'],
  ['8', 'a renewed', RENEWED, 'UNAUTHORIZED A065305 invalid_token tttt'],
  ['12', 'the right', OWN, 'OK A056001 tttt'],
])(
  'row %s: a bound token with %s certificate is answered with $3',
  async (_row, _name, certificate, expected) => {
    const { access } = await walk.granted(bound, OWN)
    expect(await decision(access, certificate)).toBe(expected)
  },
)

test.each([
  [
    '10',
    'a scope, the token has none',
    {},
    { scopes: ['read'] },
    'FORBIDDEN A064301 insufficient_scope ttft',
  ],
  [
    '10',
    'a scope that is not covered',
    { scope: 'read' },
    { scopes: ['read', 'write'] },
    'FORBIDDEN A064302 insufficient_scope ttft',
  ],
  [
    '10',
    'a malformed scope',
    { scope: 'read' },
    { scopes: ['"'] },
    'FORBIDDEN A064302 insufficient_scope ttft',
  ],
  ['11', 'another subject', {}, { subject: 'somebody' }, 'FORBIDDEN A066302 invalid_request tttt'],
  ['12', 'scopes that are covered', { scope: 'read write' }, { scopes: ['write'] }, 'OK A056001 tttt'],
  ['12', 'no scopes', { scope: 'read' }, { scopes: [] }, 'OK A056001 tttt'],
  ['12', 'null for both', {}, { scopes: null, subject: null }, 'OK A056001 tttt'],
  ['12', 'its subject', {}, { subject: 'testuser01' }, 'OK A056001 tttt'],
])(
  'row %s: introspection that demands %s is answered with $4',
  async (_row, _name, parameters, members, expected) => {
    const { access } = await walk.granted(bound, OWN, parameters)
    expect(await decision(access, OWN, members)).toBe(expected)
  },
)

test('introspection that demands a subject forbids a token without one (row 11)', async () => {
  const access = (await walk.credentials(unbound)).json['accessToken'] as string
  const asked = await decision(access, undefined, { subject: 'testuser01' })
  expect(asked).toBe('FORBIDDEN A066301 invalid_request tttf')
})

const ALL_WRONG = { scopes: ['admin'], subject: 'somebody' }

test('expiry is judged before possession', async () => {
  const { access } = await walk.granted(bound, OWN)
  at(ACCESS_SECONDS)
  expect(await decision(access, OTHER, ALL_WRONG)).toBe('UNAUTHORIZED A065301 invalid_token tftt')
})

test.each([
  ['none', undefined, 'A065304'],
  ['an unreadable one', UNREADABLE, 'A065307'],
  ['another', OTHER, 'A065305'],
])(
  'possession is judged before scope and subject when the certificate is %s',
  async (_name, certificate, resultCode) => {
    const { access } = await walk.granted(bound, OWN)
    const asked = await decision(access, certificate, ALL_WRONG)
    expect(asked).toBe(`UNAUTHORIZED ${resultCode} invalid_token tttt`)
  },
)

test('scope is judged before subject', async () => {
  const { access } = await walk.granted(bound, OWN)
  expect(await decision(access, OWN, ALL_WRONG)).toBe('FORBIDDEN A064301 insufficient_scope ttft')
})

test.each([
  ['no', undefined],
  ['any', OTHER],
  ['an unreadable', UNREADABLE],
])('an unbound token is good with %s certificate, and shows no thumbprint', async (_name, certificate) => {
  const { access } = await walk.granted(unbound)
  const { json } = await walk.introspect(access, certificate)
  expect(json['action']).toBe('OK')
  expect(json).not.toHaveProperty('certificateThumbprint')
})

test.each([
  ['is absent', undefined],
  ['is null', null],
  ['is another word', 'NONE'],
  [
    'has a key and a certificate',
    { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', 'x5t#S256': THUMBPRINT },
  ],
  ['is a string', THUMBPRINT],
  ['is padded', { 'x5t#S256': `${THUMBPRINT ?? ''}=` }],
])('a binding that %s is refused with every certificate', async (_name, binding) => {
  const { access } = await walk.granted(bound, OWN)
  await tables.tamper(walk.number, bound.number, { binding })
  for (const certificate of [OWN, OTHER, undefined]) {
    expect(await decision(access, certificate)).toBe('UNAUTHORIZED A065391 invalid_token tttt')
  }
})

test('locking its client ends a token until the client is unlocked', async () => {
  const { access } = await walk.granted(bound, OWN)
  await walk.setLocked(bound, true)
  expect(await decision(access, OWN)).toBe('UNAUTHORIZED A057394 invalid_token ffff')
  await walk.setLocked(bound, false)
  expect(await decision(access, OWN)).toBe('OK A056001 tttt')
})

test('deleting its client ends a token', async () => {
  const { access } = await walk.granted(bound, OWN)
  await runtime.store.clients.remove(walk.number, Client.parse(bound.settings))
  expect(await decision(access, OWN)).toBe('UNAUTHORIZED A057393 invalid_token ffff')
})

test('a cut-off of all tokens of its client ends a token, and spares those issued since', async () => {
  const { access } = await walk.granted(bound, OWN)
  await runtime.store.clients.cutOff(walk.number, bound.number, () => START)
  expect(await decision(access, OWN)).toBe('UNAUTHORIZED A057395 invalid_token ffff')
  at(1)
  expect(await decision((await walk.granted(bound, OWN)).access, OWN)).toBe('OK A056001 tttt')
})

test('introspection ends nothing: an expired token remains for its refresh token', async () => {
  const { access, refresh } = await walk.granted(bound, OWN)
  at(ACCESS_SECONDS)
  await walk.introspect(access, OWN)
  await walk.standard(access)
  expect(outcome(await walk.refresh(bound, refresh, OWN))).toBe('OK A053001')
})

test('a token with a damaged time in its item is answered with 500', async () => {
  const { access } = await walk.granted(bound, OWN)
  await tables.tamper(walk.number, bound.number, { accessExpiresAt: 'later' })
  expect((await walk.introspect(access, OWN)).status).toBe(500)
})
