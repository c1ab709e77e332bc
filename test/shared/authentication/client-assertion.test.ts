import { sign } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import {
  type AssertionFault,
  clientIdOfAssertion,
  type ExpectedAssertion,
  readClientAssertion,
  verifyClientAssertion,
} from '../../../shared/authentication/client-assertion.ts'
import { ASSERTIONS, encode, jws, type Members, openAssertions } from '../../support/assertions.ts'
import { setup } from '../../support/bad-requests.ts'
import { START } from '../../support/fixed-runtime.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const { jwks, key, make } = openAssertions()
const EXPECTED: ExpectedAssertion = {
  clientId: 'pkj',
  issuer: setup.issuer,
  audienceIsString: false,
  jwks,
  alg: 'ES256',
  now: START,
}
const CLAIMS = { iss: 'pkj', sub: 'pkj', aud: setup.issuer, iat: START, exp: START + 60, jti: 'one' }
const HEADER = { alg: 'ES256', kid: 'k1' }

const verify = (text: string | undefined, changed: Partial<ExpectedAssertion> = {}) => {
  const assertion = text === undefined ? undefined : readClientAssertion(text)
  const presented = { clientAssertion: assertion, clientAssertionType: TYPE }
  return verifyClientAssertion(presented, { ...EXPECTED, ...changed })
}
const withClaims = (claims: Members) => verify(jws(HEADER, { ...CLAIMS, ...claims }, key, 'ES256'))
const withHeader = (header: Members) => verify(jws({ ...HEADER, ...header }, CLAIMS, key, 'ES256'))
const ACCEPTED = { jti: 'one', expiresAt: START + 70 }

const OUTCOMES: Readonly<Record<string, 'accepted' | AssertionFault>> = {
  ok: 'accepted',
  'iat-8s': 'accepted',
  'iss-not-sub': 'iss-wrong',
  'aud-other': 'aud-wrong',
  'aud-missing': 'aud-wrong',
  'aud-array-with-others': 'aud-wrong',
  expired: 'exp-past',
  'exp-missing': 'exp-missing',
  'exp-string': 'exp-malformed',
  'exp-far': 'exp-far',
  'nbf-future': 'nbf-future',
  'jti-missing': 'jti-missing',
  'alg-none': 'algorithm-wrong',
  'alg-hs256-public-key': 'algorithm-wrong',
  'alg-rs256': 'algorithm-wrong',
  'signature-broken': 'signature-wrong',
  'signature-other-key': 'signature-wrong',
  'jwk-in-header': 'signature-wrong',
  'crit-unknown': 'crit-unknown',
  'not-a-jwt': 'malformed',
  'five-parts': 'malformed',
  'too-long': 'malformed',
}

test.each(ASSERTIONS)('the vector %s has its declared outcome', (name) => {
  const outcome = verify(make(name, START))
  const accepted = { jti: expect.any(String) as string, expiresAt: START + 70 }
  expect(outcome).toEqual(OUTCOMES[name] === 'accepted' ? accepted : OUTCOMES[name])
})

test('where no algorithm is registered, the key decides between ES256, PS256 and RS256', () => {
  expect(verify(make('ok', START), { alg: undefined })).toMatchObject({ expiresAt: START + 70 })
  expect(verify(make('alg-none', START), { alg: undefined })).toBe('algorithm-wrong')
  expect(verify(make('alg-hs256-public-key', START), { alg: undefined })).toBe('algorithm-wrong')
  expect(verify(make('alg-rs256', START), { alg: undefined })).toBe('key-unknown')
})

test('a signature in DER is refused, and a key that has verified assertions does not verify them for another use', () => {
  const text = jws(HEADER, CLAIMS, key, 'ES256')
  for (let i = 0; i < 3; i++) expect(verify(text)).toEqual(ACCEPTED)
  for (const more of [{ use: 'enc' }, { key_ops: ['sign'] }, { alg: 'ECDH-ES' }, { d: 'AA' }]) {
    const keys = jwks.keys.map((jwk) => ({ ...jwk, ...more }))
    expect([more, verify(text, { jwks: { keys } })]).toEqual([more, 'key-unknown'])
  }
  const signed = text.slice(0, text.lastIndexOf('.'))
  expect(verify(`${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`)).toBe(
    'signature-wrong',
  )
})

test.each([
  [undefined, 'type-missing'],
  ['', 'type-unsupported'],
  [`${TYPE} `, 'type-unsupported'],
  [TYPE.toUpperCase(), 'type-unsupported'],
  ['urn:ietf:params:oauth:client-assertion-type:saml2-bearer', 'type-unsupported'],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'type-unsupported'],
])('the assertion type %j is refused as %s', (clientAssertionType, fault) => {
  const clientAssertion = readClientAssertion(make('ok', START))
  expect(verifyClientAssertion({ clientAssertion, clientAssertionType }, EXPECTED)).toBe(fault)
})

test('a missing assertion is refused', () => {
  expect(verify(undefined)).toBe('assertion-missing')
})

test.each([
  ['iss', 'iss-wrong', [undefined, null, '', 'PKJ', 'pkj ', ['pkj'], 1]],
  ['sub', 'sub-wrong', [undefined, null, '', 'basic', ['pkj'], { pkj: 1 }]],
  ['aud', 'aud-wrong', [null, '', [], [[setup.issuer]], [setup.issuer, setup.issuer], { 0: setup.issuer }]],
  ['aud', 'aud-wrong', [`${setup.issuer}/`, `${setup.issuer}/token`, 'HTTPS://as.example.com', 1, true]],
  ['exp', 'exp-malformed', [null, '', String(START + 60), [START + 60], true]],
  ['nbf', 'nbf-malformed', [null, String(START), [START], {}]],
  ['iat', 'iat-malformed', [null, String(START), [START], false]],
  ['jti', 'jti-malformed', [null, '', 1, ['one'], 'x'.repeat(257)]],
])('an assertion with a wrong %s is refused as %s', (claim, fault, values) => {
  for (const value of values) expect(withClaims({ [claim]: value })).toBe(fault)
})

test('an assertion may have its issuer in a list of one', () => {
  expect(withClaims({ aud: [setup.issuer] })).toEqual(ACCEPTED)
  const alone = jws(HEADER, { ...CLAIMS, aud: [setup.issuer] }, key, 'ES256')
  expect(verify(alone, { audienceIsString: true })).toBe('aud-wrong')
})

test('a number that is too large for a number does not count as a time', () => {
  const claims = JSON.stringify(CLAIMS).replace(/"exp":[0-9]+/, '"exp":1e400')
  const assertion = jws(HEADER, Buffer.from(claims).toString('base64url'), key, 'ES256')
  expect(verify(assertion)).toBe('exp-malformed')
})

test.each([
  ['exp', -10, 'exp-past'],
  ['exp', -9, { jti: 'one', expiresAt: START + 1 }],
  ['exp', -9.5, { jti: 'one', expiresAt: START + 1 }],
  ['exp', 0.5, { jti: 'one', expiresAt: START + 11 }],
  ['exp', 3600, { jti: 'one', expiresAt: START + 3610 }],
  ['exp', 3600.5, 'exp-far'],
  ['exp', 3601, 'exp-far'],
  ['nbf', 10, ACCEPTED],
  ['nbf', 11, 'nbf-future'],
  ['nbf', 10.5, 'nbf-future'],
  ['nbf', -1e9, ACCEPTED],
  ['iat', 10, ACCEPTED],
  ['iat', 11, 'iat-future'],
  ['iat', 61, 'iat-future'],
  ['iat', -1e9, ACCEPTED],
])('an assertion whose %s is %i s from now', (claim, seconds, outcome) => {
  expect(withClaims({ [claim]: START + seconds })).toEqual(outcome)
})

test('an assertion is refused from the very second of its end', () => {
  const assertion = jws(HEADER, CLAIMS, key, 'ES256')
  const at = (now: number) => verify(assertion, { now: now as EpochSeconds })
  expect(at(ACCEPTED.expiresAt - 1)).toEqual(ACCEPTED)
  expect(at(ACCEPTED.expiresAt)).toBe('exp-past')
})

test('iat and nbf may be left out, jti may be as long as 256 characters', () => {
  expect(withClaims({ iat: undefined })).toEqual(ACCEPTED)
  const jti = 'é'.repeat(256)
  expect(withClaims({ jti })).toEqual({ ...ACCEPTED, jti })
})

test('claims without a meaning here are ignored', () => {
  expect(withClaims({ scope: 'admin', client_id: 'basic', ['__proto__']: { exp: 0 } })).toEqual(ACCEPTED)
})

test('a broken signature hides every other defect of the claims', () => {
  const defects: Members[] = [
    ...[{ iss: 'x' }, { sub: 'x' }, { aud: 'x' }, { exp: undefined }, { exp: START - 99 }, { exp: '1' }],
    ...[{ exp: START + 99_999 }, { nbf: START + 99 }, { iat: START + 99 }, { jti: undefined }, { jti: '' }],
  ]
  for (const defect of defects) {
    expect(withClaims(defect)).not.toEqual(ACCEPTED)
    const [header, payload] = [encode(HEADER), encode({ ...CLAIMS, ...defect })]
    expect(verify(`${header}.${payload}.${'A'.repeat(86)}`)).toBe('signature-wrong')
  }
  expect(verify(`${encode(HEADER)}.${encode([])}.${'A'.repeat(86)}`)).toBe('signature-wrong')
})

test.each([
  ...['JWT', 'jwt', 'application/jwt', 'client-authentication+jwt'],
  ...['application/Client-Authentication+JWT'],
])('typ may be %s', (typ) => {
  expect(withHeader({ typ })).toEqual(ACCEPTED)
})

test.each([
  'at+jwt',
  'application/at+jwt',
  'dpop+jwt',
  'oauth-authz-req+jwt',
  'secevent+jwt',
  '',
  null,
  1,
  ['JWT'],
])('typ may not be %j', (typ) => {
  expect(withHeader({ typ })).toBe('typ-wrong')
})

const named = (text: string) => clientIdOfAssertion(readClientAssertion(text))

test('the client of an assertion is its issuer, also without a valid signature', () => {
  for (const name of ['ok', 'expired', 'signature-broken', 'alg-none', 'crit-unknown']) {
    expect(named(make(name, START))).toBe('pkj')
  }
  expect(named(make('iss-not-sub', START))).toBe('someone')
})

test.each([undefined, null, '', 1, ['pkj'], { pkj: 1 }])('an issuer of %j counts as missing', (iss) => {
  expect(named(jws(HEADER, { ...CLAIMS, iss }, key, 'ES256'))).toBeUndefined()
})

test.each(['not-a-jwt', 'five-parts', 'too-long'])('no issuer is looked for in %s', (name) => {
  expect(named(make(name, START))).toBeUndefined()
})

test('no issuer is taken from a payload that has two', () => {
  const payload = Buffer.from('{"iss":"pkj","iss":"basic"}').toString('base64url')
  expect(named(jws(HEADER, payload, key, 'ES256'))).toBeUndefined()
})
