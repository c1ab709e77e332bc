import { generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { BASIC, openWalk, type TestClient, type Walk } from '../../support/walk.ts'
import { testRuntime } from '../../support/test-runtime.ts'

/** The token lifetime of the service, and how long functions may cache it. */
const TOKEN_SECONDS = 600
const CACHE_SECONDS = 10

let walk: Walk
let client: TestClient
const runtime = await testRuntime({ registryCacheSeconds: CACHE_SECONDS })
beforeEach(async () => {
  walk = await openWalk(runtime, {
    accessTokenSignAlg: 'ES256',
    accessTokenSignatureKeyId: '1',
    accessTokenDuration: TOKEN_SECONDS,
    tlsClientCertificateBoundAccessTokens: false,
  })
  client = await walk.addClient(BASIC)
})

const pass = (seconds: number) => (runtime.clock.now = addSeconds(runtime.clock.now, seconds))
const update = (change: Record<string, unknown>) => walk.call('/service/update', change)
const refusal = async (change: Record<string, unknown>) => {
  const { status, json } = await update(change)
  return [status, json['resultCode']].join(' ')
}

const published = async (): Promise<JSONWebKeySet> =>
  (await walk.send({ route: '/jwks', method: 'GET' })).json as unknown as JSONWebKeySet
const kids = async () => (await published()).keys.map(({ kid }) => kid)

async function setOf(...keys: object[]): Promise<string> {
  const known = (await published()).keys
  return JSON.stringify({ keys: [...known, ...keys] })
}
const onlyKeys = async (...wanted: string[]) =>
  JSON.stringify({ keys: (await published()).keys.filter(({ kid = '' }) => wanted.includes(kid)) })
const newKey = (kid: string) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
}

const token = async () => tokensOf(await walk.credentials(client)).access
const signerOf = (jwt: string) => decodeProtectedHeader(jwt).kid
const verified = async (jwt: string) => {
  const currentDate = new Date(runtime.now() * 1000)
  return (await jwtVerify(jwt, createLocalJWKSet(await published()), { currentDate })).protectedHeader.kid
}

describe('the signing key', () => {
  test('a key is published, signs, and is removed once the last token of the old key has expired', async () => {
    const old = await token()
    expect((await update({ jwks: await setOf(newKey('2')) })).status).toBe(200)
    expect(await kids()).toEqual(['1', '2'])
    expect(signerOf(await token())).toBe('1')

    expect((await update({ accessTokenSignatureKeyId: '2' })).status).toBe(200)
    const last = old
    const fresh = await token()
    expect([await verified(last), await verified(fresh)]).toEqual(['1', '2'])

    const withoutOld = await onlyKeys('2')
    pass(CACHE_SECONDS + TOKEN_SECONDS - 1)
    expect(await refusal({ jwks: withoutOld })).toBe('400 A039691')
    expect(await kids()).toEqual(['1', '2'])
    pass(1)
    expect((await update({ jwks: withoutOld })).status).toBe(200)
    expect(await kids()).toEqual(['2'])
    expect(await verified(await token())).toBe('2')
  })

  test('a key cannot be published and start to sign in one request', async () => {
    const jwks = await setOf(newKey('2'))
    expect(await refusal({ jwks, accessTokenSignatureKeyId: '2' })).toBe('400 A039298')
    expect(await kids()).toEqual(['1'])
    expect(signerOf(await token())).toBe('1')
  })

  test('a key that is not published yet cannot become the signing key by its place in the set', async () => {
    await update({ accessTokenSignatureKeyId: null })
    const { keys } = await published()
    expect(await refusal({ jwks: JSON.stringify({ keys: [newKey('0'), ...keys] }) })).toBe('400 A039298')
  })

  test('a key cannot be removed in the request that makes another one sign', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    const change = { jwks: await onlyKeys('2'), accessTokenSignatureKeyId: '2' }
    expect(await refusal(change)).toBe('400 A039691')
    expect(signerOf(await token())).toBe('1')
  })

  test('a key that signed tokens cannot be removed when tokens become opaque', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    await update({ accessTokenSignAlg: null, accessTokenSignatureKeyId: null })
    expect(await refusal({ jwks: await onlyKeys('2') })).toBe('400 A039691')
  })

  test('a key that signed longer tokens under an earlier setting cannot be removed before they expire', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    await update({ accessTokenDuration: 60 })
    await update({ accessTokenSignatureKeyId: '2' })
    const withoutOld = await onlyKeys('2')
    pass(CACHE_SECONDS + 60)
    expect(await refusal({ jwks: withoutOld })).toBe('400 A039691')
    pass(TOKEN_SECONDS - 60)
    expect((await update({ jwks: withoutOld })).status).toBe(200)
  })

  test('a key that signs again must stay for another token lifetime', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    await update({ accessTokenSignatureKeyId: '2' })
    pass(CACHE_SECONDS + TOKEN_SECONDS)
    await update({ accessTokenSignatureKeyId: '1' })
    await update({ accessTokenSignatureKeyId: '2' })
    expect(await refusal({ jwks: await onlyKeys('2') })).toBe('400 A039691')
  })
})

describe('removing a key early', () => {
  test('a key that never signed can be removed at once', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    expect((await update({ jwks: await onlyKeys('1') })).status).toBe(200)
    expect(await kids()).toEqual(['1'])
  })

  test('a stolen key can be removed once every token that it signed is cut off', async () => {
    await update({ jwks: await setOf(newKey('2')) })
    const stolen = await token()
    await update({ accessTokenSignatureKeyId: '2' })
    const withoutStolen = await onlyKeys('2')
    const until = (seconds: number) => (runtime.now() + CACHE_SECONDS + seconds) * 1000
    expect(await refusal({ jwks: withoutStolen, tokensNotBefore: until(0) })).toBe('400 A039691')
    expect((await update({ jwks: withoutStolen, tokensNotBefore: until(1) })).status).toBe(200)
    expect(await kids()).toEqual(['2'])
    expect(outcome(await walk.introspect(stolen))).toBe('UNAUTHORIZED A057395 invalid_token')
  })
})

test('the answer of an update has no keyUses', async () => {
  await update({ jwks: await setOf(newKey('2')) })
  const { json } = await update({ accessTokenSignatureKeyId: '2' })
  expect(json).not.toHaveProperty('keyUses')
})
