import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { load } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, PUBLIC, TOKEN_FORMS } from '../../support/walk.ts'

const article = load('article/access-token.json', z.looseObject({ token: z.string() }))
const UNKNOWN = 'UNAUTHORIZED A057302 invalid_token'

const walk = await testWalk({ accessTokenSignAlg: 'ES256' })
const { runtime } = walk

const issued = async () => (await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)).access
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function jws(header: object, claims: object, key: KeyObject): string {
  const input = `${part(header)}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

test('a JWT is used as it was issued', async () => {
  const jwt = await issued()
  expect(outcome(await walk.introspect(jwt, OWN))).toBe('OK A056001')
  expect(outcome(await walk.introspect(jwt, OTHER))).toBe('UNAUTHORIZED A065305 invalid_token')
  expect((await walk.standard(jwt))['active']).toBe(true)
})

test('the jti of a JWT does not work as a token', async () => {
  const { jti = '' } = decodeJwt(await issued())
  expect(jti).toHaveLength(52)
  expect(outcome(await walk.introspect(jti, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(jti)).toEqual({ active: false })
})

test('the jti of a JWT with other random bytes, as long as an opaque token, does not work as a token', async () => {
  const { jti = '' } = decodeJwt(await issued())
  expect(outcome(await walk.introspect(`${jti}${'A'.repeat(20)}`, OWN))).toBe(UNKNOWN)
})

test('a JWT that is signed again by the same key is unknown', async () => {
  const jwt = await issued()
  const again = jws(decodeProtectedHeader(jwt), decodeJwt(jwt), walk.signingKey)
  expect(again).not.toBe(jwt)
  expect(again.split('.').slice(0, 2)).toEqual(jwt.split('.').slice(0, 2))
  expect(outcome(await walk.introspect(again, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(again)).toEqual({ active: false })
})

test.each([
  ['signed with another key', (jwt: string) => jws(decodeProtectedHeader(jwt), decodeJwt(jwt), newKey())],
  [
    'without its binding',
    (jwt: string) => jws(decodeProtectedHeader(jwt), { ...decodeJwt(jwt), cnf: undefined }, walk.signingKey),
  ],
  [
    'with more scope',
    (jwt: string) => jws(decodeProtectedHeader(jwt), { ...decodeJwt(jwt), scope: 'admin' }, walk.signingKey),
  ],
  [
    'with its jti and nothing else',
    (jwt: string) => jws({ alg: 'ES256' }, { jti: decodeJwt(jwt).jti }, walk.signingKey),
  ],
  ['with padding', (jwt: string) => `${jwt}==`],
  ['with its signature cut', (jwt: string) => jwt.slice(0, -1)],
  [
    'with its last character changed',
    (jwt: string) => jwt.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ],
  ['with a space', (jwt: string) => `${jwt} `],
])('a JWT %s is unknown', async (_name, forge) => {
  const forged = forge(await issued())
  expect(outcome(await walk.introspect(forged, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(forged)).toEqual({ active: false })
})

test('a JWT expires by the clock', async () => {
  const jwt = await issued()
  runtime.clock.now = addSeconds(START, 86399)
  expect(outcome(await walk.introspect(jwt, OWN))).toBe('OK A056001')
  runtime.clock.now = addSeconds(START, 86400)
  expect(outcome(await walk.introspect(jwt, OWN))).toBe('UNAUTHORIZED A065301 invalid_token')
  expect(await walk.standard(jwt)).toEqual({ active: false })
})

test('a JWT of a refreshed grant is unknown once it was replaced', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const { access, refresh } = await walk.granted(client, OWN)
  await walk.refresh(client, refresh, OWN)
  expect(outcome(await walk.introspect(access, OWN))).toBe(UNKNOWN)
})

const jti = 'A'.repeat(52)

test.each([
  ['is not signed', `${part({ alg: 'none' })}.${part({ jti })}.`, 'A057306'],
  ['is signed by none', `${part({ alg: 'none' })}.${part({ jti })}.AA`, 'A057306'],
  ['is signed with a secret', `${part({ alg: 'HS256' })}.${part({ jti })}.AA`, 'A057306'],
  ['has no algorithm', `${part({})}.${part({ jti })}.AA`, 'A057306'],
  ['is encrypted', `${part({ alg: 'RSA-OAEP', enc: 'A128GCM' })}.AA.AA.AA.AA`, 'A057306'],
  ['has two parts', `${part({ alg: 'ES256' })}.${part({ jti })}`, 'A057306'],
  ['has a header that is not JSON', `AAAA.${part({ jti })}.AA`, 'A057306'],
  ['has no jti', `${part({ alg: 'ES256' })}.${part({ sub: 'x' })}.AA`, 'A057304'],
  ['has a number for a jti', `${part({ alg: 'ES256' })}.${part({ jti: 1 })}.AA`, 'A057304'],
  ['has a payload that is not JSON', `${part({ alg: 'ES256' })}.AAAA.AA`, 'A057304'],
  ['has a jti of nobody', `${part({ alg: 'ES256' })}.${part({ jti })}.AA`, 'A057302'],
  ['has a jti of another form', `${part({ alg: 'ES256' })}.${part({ jti: '1' })}.AA`, 'A057302'],
  ['is the one of the article', article.token, 'A057302'],
])('row 2: a text in the form of a JWT that %s', async (_name, token, resultCode) => {
  const answer = await walk.introspect(token, OWN)
  expect(outcome(answer)).toBe(`UNAUTHORIZED ${resultCode} invalid_token`)
  expect(answer.json).toMatchObject({
    existent: false,
    usable: false,
    sufficient: false,
    refreshable: false,
  })
  expect(await walk.standard(token)).toEqual({ active: false })
})

test.each(TOKEN_FORMS)('a token (%s) of another service is unknown', async (_name, format) => {
  const elsewhere = await openWalk(runtime, format)
  const theirs = await elsewhere.addClient(BASIC, BOUND)
  await walk.addClient(BASIC, { ...BOUND, clientId: theirs.number })
  const { access, refresh } = await elsewhere.granted(theirs, OWN)
  expect(outcome(await walk.introspect(access, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(access)).toEqual({ active: false })
  expect(await walk.standard(refresh)).toEqual({ active: false })
  expect(outcome(await walk.refresh({ ...theirs, secret: 'x' }, refresh, OWN))).toBe(
    'INVALID_CLIENT A157305 invalid_client',
  )
  expect(outcome(await elsewhere.introspect(access, OWN))).toBe('OK A056001')
})

test('a code or refresh token of another service neither redeems nor refreshes here', async () => {
  const elsewhere = await openWalk(runtime)
  const theirs = await elsewhere.addClient(PUBLIC, BOUND)
  const ours = await walk.addClient(PUBLIC, { ...BOUND, clientId: theirs.number })
  const code = await elsewhere.code(theirs)
  expect(outcome(await walk.redeem(ours, code, OWN))).toBe('BAD_REQUEST A050305 invalid_grant')
  const { refresh } = await elsewhere.granted(theirs, OWN)
  expect(outcome(await walk.refresh(ours, refresh, OWN))).toBe('BAD_REQUEST A053305 invalid_grant')
  const ticket = (await elsewhere.authorize(theirs)).json['ticket']
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041202 invalid_request')
})

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}
