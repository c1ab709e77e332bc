import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { readSubject } from '../../../shared/certificate/names.ts'
import { MalformedCertificate, readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import { isUnsafeToVerify, isWeakKey, keyStrength } from '../../../shared/certificate/public-key.ts'
import { builtCertificate } from '../../support/built-certificate.ts'
import { certificatePem, load } from '../../support/vectors.ts'

const { certificates } = load(
  'certificates.json',
  z.object({
    certificates: z.array(
      z.object({ name: z.string(), key: z.looseObject({ algorithm: z.string(), bits: z.number() }) }),
    ),
  }),
)
const TYPES = new Map([
  ['id-ecPublicKey', 'ec'],
  ['rsaEncryption', 'rsa'],
  ['rsassaPss', 'rsa-pss'],
  ['ED25519', 'ed25519'],
])

test.each(certificates)('$name has a key of $key.bits bits', async ({ name, key }) => {
  const { keyType, keyBits } = await readSubject(readCertificate(certificatePem(name)) as Der)
  expect({ keyType, keyBits }).toEqual({ keyType: TYPES.get(key.algorithm), keyBits: key.bits })
  expect(isWeakKey({ keyType, keyBits })).toBe(name === 'weak-rsa-1024')
})

test.each([
  ['prime192v1', 192, true],
  ['secp224r1', 224, false],
  ['brainpoolP256r1', 256, false],
  ['secp256k1', 256, false],
  ['secp521r1', 521, false],
])('a key on %s has %i bits, and whether it is too weak is %s', async (namedCurve, bits, weak) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve })
  const { keyType, keyBits } = await readSubject(await builtCertificate({ publicKey }))
  expect({ keyType, keyBits }).toEqual({ keyType: 'ec', keyBits: bits })
  expect(isWeakKey({ keyType, keyBits })).toBe(weak)
})

test('a certificate with an unusable key is refused', async () => {
  const der = Buffer.from(await builtCertificate({}))
  const point = der.indexOf(Buffer.from('03420004', 'hex')) + 4
  der.writeUInt8(der.readUInt8(point + 63) ^ 1, point + 63)
  const refusal = readSubject(readCertificate(der.toString('base64')) as Der)
  await expect(refusal).rejects.toThrow(new MalformedCertificate('not-a-certificate'))
})

test.each([
  ['ed448', generateKeyPairSync('ed448').publicKey, 456, false],
  ['x25519', generateKeyPairSync('x25519').publicKey, 0, true],
  ['dsa', generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey, 2048, true],
])('the strength of a key of %s is known', (keyType, key, keyBits, weak) => {
  expect(keyStrength(key)).toEqual({ keyType, keyBits })
  expect(isWeakKey(keyStrength(key))).toBe(weak)
})

const F = 'f'.repeat(60)
test.each([
  ['order 1', `01${'00'.repeat(31)}`, true],
  ['order 1 with the sign', `01${'00'.repeat(30)}80`, true],
  ['order 1 as p + 1', `ee${F}7f`, true],
  ['order 2', `ec${F}7f`, true],
  ['order 2 with the sign', `ec${F}ff`, true],
  ['order 4', '00'.repeat(32), true],
  ['order 4 with the sign', `${'00'.repeat(31)}80`, true],
  ['order 4 as p', `ed${F}7f`, true],
  ['order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', true],
  ['order 8 with the sign', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', true],
  ['order 8, the other', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', true],
  [
    'order 8, the other with the sign',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    true,
  ],
  ['p + 18', `${'ff'.repeat(31)}7f`, true],
  ['RFC 8032 section 7.1', 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', false],
])('an Ed25519 key of %s is unsafe: %s %s', (_name, hex, isUnsafe) => {
  const x = Buffer.from(hex, 'hex').toString('base64url')
  const strength = keyStrength(createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }))
  expect([isUnsafeToVerify(strength), isWeakKey(strength)]).toEqual([isUnsafe, isUnsafe])
})

test('a curve whose name has no size is weak', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'wap-wsg-idm-ecid-wtls12' })
  expect(keyStrength(publicKey)).toEqual({ keyType: 'ec', keyBits: 0 })
  expect(isWeakKey(keyStrength(publicKey))).toBe(true)
})

test.each([
  ['rsa', 2047, true],
  ['rsa', 2048, false],
  ['rsa-pss', 2047, true],
  ['rsa-pss', 2048, false],
  ['ec', 223, true],
  ['ec', 224, false],
  ['unknown', 4096, true],
])('a key of %s with %i bits is weak: %s', (keyType, keyBits, weak) => {
  expect(isWeakKey({ keyType, keyBits })).toBe(weak)
})
