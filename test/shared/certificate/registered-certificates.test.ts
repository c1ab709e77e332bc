import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
// Node 24.21 leaves TLS without `createSecureContext` in a process that calls `toLegacyObject` before it loads TLS.
import 'node:tls'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { Jwk } from '../../../shared/certificate/jwk-set.ts'
import { readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import { registeredCertificates } from '../../../shared/certificate/registered-certificates.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { builtCertificate } from '../../support/built-certificate.ts'
import { certificatePem, load, presented } from '../../support/vectors.ts'

const text = z.string()
const appendix = load(
  'rfc8705-appendix-a/vector.json',
  z.looseObject({
    cnf: z.strictObject({ 'x5t#S256': text }),
    jwks: z.strictObject({
      keys: z.tuple([z.strictObject({ kty: text, x: text, y: text, crv: text, x5c: z.array(text) })]),
    }),
  }),
)
const [jwk] = appendix.jwks.keys

const der = (name: string) => readCertificate(certificatePem(name)) as Der
/** As a client publishes a certificate. A key that is only for PSS has the members of any RSA key. */
function published(name: string, more: Jwk = {}): Jwk {
  const { publicKey, raw } = new X509Certificate(certificatePem(name))
  const legacy = new X509Certificate(certificatePem(name)).toLegacyObject()
  const members =
    publicKey.asymmetricKeyType === 'rsa-pss'
      ? { kty: 'RSA', n: Buffer.from(legacy.modulus ?? '', 'hex').toString('base64url'), e: 'AQAB' }
      : publicKey.export({ format: 'jwk' })
  return { ...members, x5c: [raw.toString('base64')], ...more }
}
const set = (...keys: unknown[]) => registeredCertificates({ keys }, undefined)
const thumbprints = (...names: string[]) => new Map(names.map((name) => [thumbprint(der(name)), der(name)]))

test('the certificate of RFC 8705 Appendix A is read from its JWK', () => {
  expect(registeredCertificates(appendix.jwks, undefined)).toEqual(
    new Map([[appendix.cnf['x5t#S256'], Buffer.from(jwk.x5c[0] ?? '', 'base64')]]),
  )
})

test.each(['x', 'y'] as const)('one changed character of %s is noticed wherever it is', (member) => {
  const characters = fc.tuple(fc.nat(42), fc.stringMatching(/^[A-Za-z0-9_-]$/))
  fc.assert(
    fc.property(characters, ([at, character]) => {
      fc.pre(jwk[member][at] !== character)
      const changed = jwk[member].slice(0, at) + character + jwk[member].slice(at + 1)
      expect(set({ ...jwk, [member]: changed })).toBe('key-differs')
    }),
  )
})

test('unused bits of the last character are noticed too', () => {
  const last = jwk.x.slice(0, -1)
  for (const character of 'RST') {
    expect(createPublicKey({ key: { ...jwk, x: last + character }, format: 'jwk' })).toBeDefined()
    expect(set({ ...jwk, x: last + character })).toBe('key-differs')
  }
})

test.each([
  ['self-signed-ec'],
  ['client-ec-p384'],
  ['client-ed25519'],
  ['client-rsa-2048'],
  ['self-signed-rsa-pss-signature'],
  ['rsa-pss-key'],
  ['expired'],
])('%s is taken with its own key, and with no other', (name) => {
  expect(set(published(name))).toEqual(thumbprints(name))
  for (const other of ['client-other', 'client-rsa-2048', 'rsa-pss-key'].filter((key) => key !== name)) {
    expect(set({ ...published(other), x5c: published(name)['x5c'] })).toBe('key-differs')
  }
})

test('only the first element of x5c counts', () => {
  const chain = [published('client-other'), published('ca-issuing')].flatMap(({ x5c }) => x5c)
  expect(set({ ...published('client-other'), x5c: chain })).toEqual(thumbprints('client-other'))
  expect(set({ ...published('client-other'), x5c: [chain[0], 'no certificate', 5] })).toEqual(
    thumbprints('client-other'),
  )
  expect(set({ ...published('client-other'), x5c: chain.toReversed() })).toBe('key-differs')
})

test('all certificates of the set are taken, and keys without one are skipped', () => {
  const { x5c: _left, ...bare } = published('client-ec-p256')
  const keys = [bare, published('client-other'), { kty: 'oct' }, published('self-signed-ec'), { x5c: [] }]
  expect(set(...keys)).toEqual(thumbprints('client-other', 'self-signed-ec'))
})

test('a set without any certificate registers none', () => {
  const { x5c: _left, ...bare } = published('client-ec-p256')
  expect(set()).toBe('no-certificate')
  expect(set(bare, { ...bare, x5c: [] })).toBe('no-certificate')
})

const base64 = jwk.x5c[0] ?? ''
test.each([
  ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')],
  ['no padding', 'QUI'],
  ['line breaks', base64.replace(/.{64}/g, '$&\n')],
  ['a space in front', ` ${base64}`],
  ['PEM', presented('file:rfc8705-appendix-a/certificate.pem')],
  ['percent-encoding', encodeURIComponent(base64)],
  ['nothing', ''],
  ['no certificate', 'AAAA'],
  [
    'two certificates',
    Buffer.concat([Buffer.from(base64, 'base64'), der('client-other')]).toString('base64'),
  ],
  ['a certificate cut short', base64.slice(0, 64)],
  ['a number', 5],
  ['null', null],
  ['a list', [base64]],
])('x5c of %s is refused', (_name, first) => {
  expect(set({ ...jwk, x5c: [first] })).toBe('malformed-certificate')
})

test.each([
  ['null', null],
  ['a string', base64],
  ['an object', { 0: base64, length: 1 }],
])('x5c that is %s is refused', (_name, x5c) => {
  expect(set({ ...jwk, x5c })).toBe('malformed-certificate')
})

test('a registered certificate with an unusable key is refused', async () => {
  const broken = Buffer.from(await builtCertificate({}))
  const point = broken.indexOf(Buffer.from('03420004', 'hex')) + 4
  broken.writeUInt8(broken.readUInt8(point + 63) ^ 1, point + 63)
  expect(set({ ...jwk, x5c: [broken.toString('base64')] })).toBe('malformed-certificate')
})

test('one wrong certificate makes the whole set invalid', () => {
  const wrong = { ...published('client-other'), x5c: published('client-ec-p256')['x5c'] }
  expect(set(published('self-signed-ec'), wrong)).toBe('key-differs')
})

test('weak keys are refused', async () => {
  expect(set(published('weak-rsa-1024'))).toBe('weak-key')
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2047 })
  const x5c = [(await builtCertificate({ publicKey })).toString('base64')]
  expect(set({ ...publicKey.export({ format: 'jwk' }), x5c })).toBe('weak-key')
})

test.each([
  ['no object', 'keys'],
  ['null', null],
  ['a list', [jwk]],
  ['an object without keys', {}],
  ['keys that are not a list', { keys: jwk }],
  ['a key that is not an object', { keys: [jwk, 'key'] }],
  ['a key that is null', { keys: [null] }],
  ['a key that is a list', { keys: [[jwk]] }],
])('%s is refused in place of a set', (_name, jwks) => {
  expect(registeredCertificates(jwks, undefined)).toBe('not-a-jwk-set')
})

const wrong = { ...published('weak-rsa-1024'), kid: 'weak' }
const keys = [
  published('client-ec-p256', { kid: 'a' }),
  published('client-other', { kid: 'b' }),
  published('self-signed-ec', { kid: 'b' }),
  published('expired'),
  wrong,
]

test('with a key identifier only the certificates of that kid are taken', () => {
  expect(registeredCertificates({ keys }, 'a')).toEqual(thumbprints('client-ec-p256'))
  expect(registeredCertificates({ keys }, 'b')).toEqual(thumbprints('client-other', 'self-signed-ec'))
  expect(registeredCertificates({ keys }, 'weak')).toBe('weak-key')
})

test.each(['c', '', '__proto__', 'constructor', 'A', 'a '])('no key is found by the kid %j', (kid) => {
  expect(registeredCertificates({ keys }, kid)).toBe('no-such-key')
  expect(registeredCertificates({ keys: [] }, kid)).toBe('no-such-key')
})

test('a kid that is not a string does not count as a kid', () => {
  expect(registeredCertificates({ keys: [{ ...jwk, kid: 1 }] }, '1')).toBe('no-such-key')
})

test('a key without a certificate and a missing key have different outcomes', () => {
  expect(registeredCertificates({ keys: [{ kty: 'EC', kid: 'a' }] }, 'a')).toBe('no-certificate')
})

const registered = set(published('client-ec-p256')) as ReadonlyMap<unknown, Der>

test('the registered certificate is registered', () => {
  expect(registered.has(thumbprint(der('client-ec-p256')))).toBe(true)
})

test('another certificate is not registered, nor one with the same key and subject', () => {
  expect(registered.has(thumbprint(der('client-other')))).toBe(false)
  expect(registered.has(thumbprint(der('client-ec-p256-renewed')))).toBe(false)
})
