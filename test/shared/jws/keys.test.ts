import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Jwk } from '../../../shared/certificate/jwk-set.ts'
import { verifyCompactJws } from '../../../shared/jws/signature.ts'
import { readCompactJws } from '../../../shared/request/compact-jws.ts'
import { jws, type Members } from '../../support/assertions.ts'

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
const p256 = ec()
const other = ec()
const rsa: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 })

function ec(): Pair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

const jwk = ({ publicKey }: Pair, more: Members = {}): Jwk => ({
  ...publicKey.export({ format: 'jwk' }),
  ...more,
})
const made = (alg: string, { privateKey }: Pair, header: Members = {}) =>
  jws({ alg, ...header }, {}, privateKey, alg)

function verify(text: string, keys: readonly Jwk[]) {
  const read = readCompactJws(text)
  return read === undefined ? 'malformed' : verifyCompactJws(read, { keys }, undefined)
}

test('sixteen keys are tried for one signature, and no more', () => {
  const text = made('ES256', p256)
  const others = (count: number) => Array.from({ length: count }, () => jwk(other))
  expect(verify(text, [...others(15), jwk(p256)])).toBeUndefined()
  expect(verify(text, [...others(16), jwk(p256)])).toBe('signature-wrong')
  const named = others(16).map((key) => ({ ...key, kid: 'other' }))
  expect(verify(made('ES256', p256, { kid: 'own' }), [...named, jwk(p256, { kid: 'own' })])).toBeUndefined()
})

test.each([
  ['1', jwk(rsa, { e: 'AQ' })],
  ['2', jwk(rsa, { e: 'Ag' })],
  ['65536', jwk(rsa, { e: 'AQAA' })],
  ['2^32 + 1', jwk(rsa, { e: 'AQAAAAE' })],
])('an RSA key with the exponent %s is never used', (_exponent, key) => {
  expect(verify(made('RS256', rsa), [key])).toBe('key-unknown')
})

test('an Ed25519 key of small order is never used', () => {
  const order1 = {
    kty: 'OKP',
    crv: 'Ed25519',
    x: Buffer.from([1, ...Buffer.alloc(31)]).toString('base64url'),
  }
  const read = readCompactJws(made('EdDSA', generateKeyPairSync('ed25519')))
  expect(read && verifyCompactJws(read, { keys: [order1] }, 'EdDSA')).toBe('key-unknown')
})

test('an RSA key of more than 8,192 bits is never used', () => {
  const modulus = (bytes: number) => Buffer.alloc(bytes, 0xff).toString('base64url')
  const text = made('RS256', rsa)
  expect(verify(text, [{ kty: 'RSA', e: 'AQAB', n: modulus(1024) }])).toBe('signature-wrong')
  expect(verify(text, [{ kty: 'RSA', e: 'AQAB', n: modulus(1025) }])).toBe('key-unknown')
})
