import { hash } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../shared/certificate/jws-algorithms.ts'
import { tokensOf } from '../../support/answers.ts'
import { idTokenOf, OPENID, OPENID_PROVIDER, verifiedIdToken } from '../../support/openid.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { openWalk, PUBLIC } from '../../support/walk.ts'

const walk = await openWalk(await testRuntime(), OPENID_PROVIDER)
const keys = SIGNING_ALGORITHMS.map((alg) => newSigningKey(`key of ${alg}`, alg))
expect((await walk.call('/service/update', keySet(...keys.map(({ own }) => own)))).status).toBe(200)

async function issuedTo(settings: Partial<typeof PUBLIC> = {}, service = walk) {
  const client = await service.addClient(PUBLIC, settings)
  const answer = await service.redeem(client, await service.code(client, OPENID))
  return { client, access: tokensOf(answer).access, idToken: idTokenOf(answer) }
}

/** The hash function of each algorithm; Ed25519 uses SHA-512. */
const HASHES = { ES256: 'sha256', ES384: 'sha384', PS256: 'sha256', RS256: 'sha256', EdDSA: 'sha512' }

test.each(SIGNING_ALGORITHMS)(
  'idTokenSignAlg %s signs, and at_hash is of its hash function',
  async (idTokenSignAlg) => {
    const { client, access, idToken } = await issuedTo({ idTokenSignAlg })
    const { payload, protectedHeader } = await verifiedIdToken(walk, client, idToken)
    expect(protectedHeader).toEqual({ alg: idTokenSignAlg, typ: 'JWT', kid: `key of ${idTokenSignAlg}` })
    const whole = hash(HASHES[idTokenSignAlg], access, 'buffer')
    expect(payload['at_hash']).toBe(whole.subarray(0, whole.length / 2).toString('base64url'))
  },
)

test('without idTokenSignAlg the named key signs, else one of RS256, else the first', async () => {
  const open = (...algs: SigningAlgorithm[]) =>
    algs.map((alg) => {
      const key = keys[SIGNING_ALGORITHMS.indexOf(alg)]?.open
      return { ...key, kty: key?.kty ?? '', kid: `key of ${alg}`, alg, use: 'sig' as const }
    })
  const algOf = async (settings = {}) => decodeProtectedHeader((await issuedTo(settings)).idToken).alg
  await walk.setService({ jwks: open('PS256', 'ES384') })
  expect(await algOf()).toBe('PS256')
  await walk.setService({ jwks: open('PS256', 'ES384', 'RS256') })
  expect(await algOf()).toBe('RS256')
  await walk.setService({ idTokenSignatureKeyId: 'key of ES384' })
  expect(await algOf()).toBe('ES384')
  expect(await algOf({ idTokenSignAlg: 'PS256' })).toBe('PS256')
})

describe('another service', async () => {
  const other = await openWalk(walk.runtime, OPENID_PROVIDER)
  const update = (change: object) => other.call('/service/update', change)
  const signer = async () => decodeProtectedHeader((await issuedTo({}, other)).idToken).kid

  test('one update brings a key and names it for ID tokens; of two keys of one algorithm the named one signs', async () => {
    const keys = keySet(newSigningKey('first', 'ES256').own, newSigningKey('second', 'ES256').own)
    expect((await update({ ...keys, idTokenSignatureKeyId: 'second' })).status).toBe(200)
    expect(await signer()).toBe('second')
    await update({ idTokenSignatureKeyId: null })
    expect(await signer()).toBe('first')
  })

  test('idTokenSignatureKeyId must name a key that exists, and service/get shows what each key signs', async () => {
    const wrong = await update({ idTokenSignatureKeyId: 'none' })
    expect(wrong.json['resultMessage']).toContain("'idTokenSignatureKeyId'")
    await update({ idTokenSignatureKeyId: 'second' })
    const { json } = await other.v3('GET', '/service/get')
    expect(json['keyUses']).toMatchObject([
      { kid: 'first', signs: ['INTROSPECTION_RESPONSES', 'USERINFO_RESPONSES'], namedBy: [] },
      { kid: 'second', signs: ['ID_TOKENS'], namedBy: ['idTokenSignatureKeyId'] },
    ])
  })
})
