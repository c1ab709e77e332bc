import { generateKeyPairSync, hash, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { JWS_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { PROOF_SECONDS, type SentProof, verifyProof } from '../../../shared/dpop/proof.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'

type Members = Readonly<Record<string, unknown>>

const NOW = 1_562_262_616 as EpochSeconds
const HTU = 'https://server.example.com/token'
const HTUS = ['https://plain.example.com/token', HTU]
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const OTHER = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicJwk = ({ publicKey }: { publicKey: KeyObject }) => publicKey.export({ format: 'jwk' })

const verify = (text: string, members: Partial<SentProof> = {}) =>
  verifyProof({ text, htm: 'POST', htu: HTUS, ...members }, NOW, [...JWS_ALGORITHMS.keys()])

/** A right proof, but for these members; `undefined` takes one out. */
function proof(claims: Members = {}, header: Members = {}, { privateKey } = EC): Promise<string> {
  const protectedHeader = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk(EC), ...header }
  return new SignJWT({ jti: 'a', htm: 'POST', htu: HTU, iat: NOW, ...claims })
    .setProtectedHeader(protectedHeader)
    .sign(privateKey)
}

test('the proof of RFC 9449 section 4.1 is right, and its key has the thumbprint of section 6.1', () => {
  const text =
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg'
  expect(verify(text)).toEqual({
    jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
    jti: '-BwC3ESc6acc2lTc',
    nonce: undefined,
    expiresAt: NOW + PROOF_SECONDS,
  })
})

test.each([
  ['ES256', EC],
  ['EdDSA', generateKeyPairSync('ed25519')],
  ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
])('a proof by %s is right, and its jkt is the thumbprint of its key', async (alg, pair) => {
  const jwk = publicJwk(pair)
  const text = await proof({ nonce: 'n' }, { alg, jwk }, pair)
  const jkt = await calculateJwkThumbprint(jwk)
  expect(verify(text)).toMatchObject({ jkt, jti: 'a', nonce: 'n' })
})

describe('a proof is refused', () => {
  test.each<[string, Members, Members]>([
    ['typ-wrong', {}, { typ: undefined }],
    ['typ-wrong', {}, { typ: 'JWT' }],
    ['typ-wrong', {}, { typ: 'at+jwt' }],
    ['key-missing', {}, { jwk: undefined }],
    ['key-missing', {}, { jwk: 'text' }],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((name): [string, Members, Members] => [
      'key-private',
      {},
      { jwk: { ...publicJwk(EC), [name]: 'AA' } },
    ]),
    ['key-private', {}, { jwk: { kty: 'oct', k: 'AA' } }],
    ['key-unknown', {}, { jwk: { ...publicJwk(EC), kty: 'RSA' } }],
    ['key-unknown', {}, { jwk: { ...publicJwk(EC), use: 'enc' } }],
    ['signature-wrong', {}, { jwk: publicJwk(OTHER) }],
    ['jti-wrong', { jti: undefined }, {}],
    ['jti-wrong', { jti: '' }, {}],
    ['jti-wrong', { jti: 1 }, {}],
    ['jti-wrong', { jti: 'x'.repeat(257) }, {}],
    ['htm-wrong', { htm: undefined }, {}],
    ['htm-wrong', { htm: 'GET' }, {}],
    ['htm-wrong', { htm: 'post' }, {}],
    ['htu-wrong', { htu: undefined }, {}],
    ['htu-wrong', { htu: [HTU] }, {}],
    ['htu-wrong', { htu: 'https://server.example.com/token/' }, {}],
    ['htu-wrong', { htu: 'https://server.example.com:8443/token' }, {}],
    ['htu-wrong', { htu: 'http://server.example.com/token' }, {}],
    ['htu-wrong', { htu: 'https://server.example.com@evil.example/token' }, {}],
    ['htu-wrong', { htu: 'https://evil@server.example.com/token' }, {}],
    ['htu-wrong', { htu: 'https://server.example.com/%2Ftoken' }, {}],
    ['htu-wrong', { htu: '/token' }, {}],
    ['iat-wrong', { iat: undefined }, {}],
    ['proof-old', { iat: NOW - PROOF_SECONDS }, {}],
    ['proof-future', { iat: NOW + 11 }, {}],
    ['nonce-malformed', { nonce: 1 }, {}],
  ])('with the fault %s for the claims %j and the header %j', async (fault, claims, header) => {
    expect(verify(await proof(claims, header))).toBe(fault)
  })

  test.each([
    ['algorithm-missing', { alg: undefined }],
    ['algorithm-symmetric', { alg: 'none' }],
    ['algorithm-symmetric', { alg: 'HS256' }],
    ['algorithm-wrong', { alg: 'ES256K' }],
    ['crit-unknown', { crit: ['exp'] }],
  ])('with the fault %s for the header %j, even if the signature does not match', async (fault, header) => {
    const members = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk(EC), ...header }
    const [, ...rest] = (await proof()).split('.')
    const text = [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.')
    expect(verify(text)).toBe(fault)
  })

  test.each(['', 'a', 'a.b.c', ' '])('when it is the text %j', (text) => {
    expect(verify(text)).toBe('malformed')
  })
})

test.each([
  'https://SERVER.example.com/token',
  'https://server.example.com:443/token',
  'https://server.example.com/token?a=b',
  'https://server.example.com/token#a',
  'https://server.example.com/./tok%65n',
])('the URL %s is the same', async (htu) => {
  expect(verify(await proof({ htu }))).toMatchObject({ jti: 'a' })
})

test.each(['/admin/../token', '/admin/%2E%2e/token', '/./token', '/admin\\..\\token', '/to\tken', '/token '])(
  'no proof is for the path %j, which a parser of URLs would read as /token',
  async (path) => {
    const urls = [`https://server.example.com${path}?a`]
    for (const htu of [HTU, ...urls]) expect(verify(await proof({ htu }), { htu: urls })).toBe('htu-wrong')
  },
)

test('a proof is good from 10 seconds before its time until 60 seconds after it', async () => {
  for (const iat of [NOW + 10, NOW, NOW - PROOF_SECONDS + 1])
    expect(verify(await proof({ iat }))).toMatchObject({ expiresAt: iat + PROOF_SECONDS })
  expect(verify(await proof({ iat: NOW - 0.5 }))).toMatchObject({ expiresAt: NOW + PROOF_SECONDS })
})

test('at a resource a proof is for one access token', async () => {
  const of = async (ath: unknown) => verify(await proof({ ath }), { accessToken: 'token' })
  expect(await of(hash('sha256', 'token', 'base64url'))).toMatchObject({ jti: 'a' })
  for (const ath of [undefined, hash('sha256', 'another', 'base64url'), hash('sha256', 'token', 'hex'), ''])
    expect(await of(ath)).toBe('ath-wrong')
})
