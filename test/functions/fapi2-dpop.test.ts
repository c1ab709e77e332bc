import { hash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { contentOf, outcome, tokensOf } from '../support/answers.ts'
import { PROFILE_WAYS } from '../support/fapi2.ts'
import { START } from '../support/fixed-runtime.ts'
import { newProofKey, proofOf, TARGET, tokenBoundTo } from '../support/proof-keys.ts'
import { pushing } from '../support/pushing.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BOUND, EVERY_METHOD, OWN, REDIRECT_URI, type TestClient, TLS } from '../support/walk.ts'

/** Under `fapi2` a token is bound to a key if its client has `dpopRequired`, else to a certificate (FAPI 2.0 section 5.3.2.1-5). */

const walk = await testWalk({
  ...EVERY_METHOD,
  supportedScopes: [{ name: 'openid' }, { name: 'read' }],
  userInfoEndpoint: 'https://as.example.com/userinfo',
})
const { push, start } = pushing(walk)
const BY_KEY = { ...TLS, dpopRequired: true }
const BY_CERTIFICATE = { ...TLS, ...BOUND }
const VERIFIER = 'v'.repeat(43)
const [key, other] = [newProofKey(), newProofKey()]
const sha256 = (text: string) => hash('sha256', text, 'base64url')
const WITH_CERTIFICATE = { clientCertificate: OWN }

const credentials = (client: TestClient, dpop?: string) =>
  walk.token(client, { grant_type: 'client_credentials' }, { ...WITH_CERTIFICATE, dpop })
const cnfOf = async (token: unknown) => (await walk.standard(String(token)))['cnf']

/** The code of a pushed request. */
async function pushedCode(client: TestClient, parameters: object, dpop?: string): Promise<string> {
  const challenge = { code_challenge: sha256(VERIFIER), code_challenge_method: 'S256' }
  const htu = { ...WITH_CERTIFICATE, dpop, htu: 'https://as.example.com/token' }
  const pushed = await push(client, { ...challenge, ...parameters }, htu)
  const { json } = await start(client, String(pushed.json['requestUri']))
  return String((await walk.issue(json['ticket'])).json['authorizationCode'])
}
const redeem = (client: TestClient, code: string, dpop?: string) => {
  const asked = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
  }
  return walk.token(client, asked, { ...WITH_CERTIFICATE, dpop })
}
const refresh = (client: TestClient, token: string, dpop?: string) =>
  walk.token(client, { grant_type: 'refresh_token', refresh_token: token }, { ...WITH_CERTIFICATE, dpop })

describe.each(PROFILE_WAYS)('where the service %s', (_name, service, own) => {
  const open = async (settings: typeof TLS) => {
    await walk.setService(service)
    return walk.addClient(settings, own)
  }

  test('a client with dpopRequired gets tokens of its key only, though it presents a certificate', async () => {
    for (const settings of [BY_KEY, { ...BY_KEY, ...BOUND }]) {
      const client = await open(settings)
      expect(outcome(await credentials(client))).toBe('BAD_REQUEST A244395 invalid_dpop_proof')
      const answer = contentOf(await credentials(client, key.proof()))
      expect(answer['token_type']).toBe('DPoP')
      expect(await cnfOf(answer['access_token'])).toEqual({ jkt: key.jkt })
    }
  })

  test('every other client gets tokens of its certificate only, and its proof is refused', async () => {
    const client = await open(BY_CERTIFICATE)
    expect(outcome(await credentials(client, key.proof()))).toBe('BAD_REQUEST A244393 invalid_request')
    expect(outcome(await push(client, {}, { ...WITH_CERTIFICATE, dpop: key.proof() }))).toContain('A244393')
    const answer = contentOf(await credentials(client))
    expect(Object.keys((await cnfOf(answer['access_token'])) as object)).toEqual(['x5t#S256'])
  })

  test('the Web API makes and changes tokens only with the binding of their client', async () => {
    const [byKey, byCertificate] = [await open(BY_KEY), await open(BY_CERTIFICATE)]
    const create = async ({ number: clientId }: TestClient, members: object) =>
      walk.call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', clientId, ...members })
    const [toKey, toCertificate] = [{ dpopKeyThumbprint: key.jkt }, { certificateThumbprint: 'A'.repeat(43) }]
    expect(outcome(await create(byKey, toCertificate))).toBe('BAD_REQUEST A104293')
    expect(outcome(await create(byCertificate, toKey))).toBe('BAD_REQUEST A104292')
    expect(outcome(await create(byKey, toKey))).toBe('OK A109001')
    const { accessToken } = (await create(byCertificate, toCertificate)).json
    await walk.setClient(byCertificate, { ...own, dpopRequired: true })
    const update = (members: object) => walk.call('/auth/token/update', { accessToken, ...members })
    expect(outcome(await update(toKey))).toBe('BAD_REQUEST A134293')
    expect(outcome(await update(toCertificate))).toBe('BAD_REQUEST A134295')
  })

  test('an access token without a binding, which is older than the profile, gets no new value', async () => {
    const client = await walk.addClient(TLS)
    const made = { grantType: 'CLIENT_CREDENTIALS', clientId: client.number }
    const { accessToken } = (await walk.call('/auth/token/create', made)).json
    await walk.setService(service)
    await walk.setClient(client, own)
    const update = { accessToken, accessTokenValueUpdated: true }
    expect(outcome(await walk.call('/auth/token/update', update))).toBe('BAD_REQUEST A050399')
  })

  test('a refresh keeps the kind of binding, also if dpopRequired is switched on or off in between', async () => {
    const [byKey, byCertificate] = [await open(BY_KEY), await open(BY_CERTIFICATE)]
    const ofKey = tokensOf(await redeem(byKey, await pushedCode(byKey, {}), key.proof()))
    const ofCertificate = tokensOf(await redeem(byCertificate, await pushedCode(byCertificate, {})))
    expect(outcome(await refresh(byKey, ofKey.refresh))).toContain('A244395')
    expect(outcome(await refresh(byCertificate, ofCertificate.refresh, key.proof()))).toContain('A244393')
    expect(await cnfOf(contentOf(await refresh(byKey, ofKey.refresh, key.proof()))['access_token'])).toEqual({
      jkt: key.jkt,
    })
    await walk.setClient(byKey, { ...own, ...BOUND, dpopRequired: false })
    await walk.setClient(byCertificate, { ...own, dpopRequired: true })
    expect(outcome(await refresh(byKey, ofKey.refresh))).toContain('A053396')
    expect(outcome(await refresh(byKey, ofKey.refresh, key.proof()))).toContain('A244393')
    expect(outcome(await refresh(byCertificate, ofCertificate.refresh))).toContain('A244395')
    expect(outcome(await refresh(byCertificate, ofCertificate.refresh, key.proof()))).toContain('A053397')
  })

  test.each([
    ['dpop_jkt', { dpop_jkt: key.jkt }, undefined],
    ['the proof of the pushed request', {}, () => key.proof()],
  ])('%s names the only key that may redeem the code', async (_what, parameters, proof) => {
    const client = await open(BY_KEY)
    const code = await pushedCode(client, parameters, proof?.())
    expect(outcome(await redeem(client, code, other.proof()))).toBe('BAD_REQUEST A050395 invalid_grant')
    expect(outcome(await redeem(client, code))).toContain('A244395')
    expect(outcome(await redeem(client, code, key.proof()))).toBe('OK A050001')
  })

  test('a service that requires nonces requires them of proofs', async () => {
    const client = await open(BY_KEY)
    await walk.setService({ ...service, dpopNonceRequired: true })
    const refused = await credentials(client, key.proof())
    expect(outcome(refused)).toBe('BAD_REQUEST A244396 use_dpop_nonce')
    expect(outcome(await credentials(client, key.proof({ nonce: refused.json['dpopNonce'] })))).toBe(
      'OK A052001',
    )
  })

  test.each(['RS256', 'PS384', 'ES384', 'ES512'])(
    'proofs by %s are refused everywhere, and no challenge offers it',
    async (alg) => {
      const client = await open(BY_KEY)
      const { proof, jkt } = await keyOf(alg)
      const wrong = 'BAD_REQUEST A244394 invalid_dpop_proof'
      expect(outcome(await credentials(client, await proof({})))).toBe(wrong)
      expect(outcome(await push(client, {}, { ...WITH_CERTIFICATE, dpop: await proof({}), htu: URL }))).toBe(
        wrong,
      )
      const token = await tokenBoundTo(walk, client, { ...key, jkt }, { scopes: ['openid'] })
      const ath = sha256(token)
      for (const [path, htu] of [
        ['/auth/introspection', TARGET.htu],
        ['/auth/userinfo', 'https://as.example.com/userinfo'],
      ] as const) {
        const dpop = await proof({ htm: 'GET', htu, ath })
        const answer = await walk.call(path, { token, dpop, htm: 'GET', htu })
        expect(outcome(answer)).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
        expect(answer.json['responseContent']).toContain(`algs="${ALLOWED}"`)
      }
    },
  )

  test.each(['PS256', 'ES256', 'EdDSA', 'Ed25519'])('proofs by %s are taken', async (alg) => {
    const client = await open(BY_KEY)
    const { proof, jkt } = await keyOf(alg)
    expect(await cnfOf(contentOf(await credentials(client, await proof({})))['access_token'])).toEqual({
      jkt,
    })
  })

  test('the challenge to a token of a key that comes without a proof has the algorithms of the profile', async () => {
    const token = await tokenBoundTo(walk, await open(BY_KEY), key)
    const answer = await walk.introspect(token, OWN)
    expect(answer.json['responseContent']).toContain(`algs="${ALLOWED}"`)
    expect(outcome(await walk.introspect(token, OWN, { dpop: proofOf(key, token, START), ...TARGET }))).toBe(
      'OK A056001',
    )
  })
})

test('the metadata of a service with fapi2 have the algorithms of proofs', async () => {
  await walk.setService({ fapi2: true })
  const { json } = await walk.send({ route: '/.well-known/oauth-authorization-server', method: 'GET' })
  expect(json).toMatchObject({
    dpop_signing_alg_values_supported: ALLOWED.split(' '),
    tls_client_certificate_bound_access_tokens: true,
  })
})

const URL = 'https://as.example.com/token'
const ALLOWED = 'ES256 PS256 EdDSA Ed25519'

/** A key of this algorithm, with its thumbprint, and proofs by it for the token endpoint but for `claims`. */
async function keyOf(alg: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const proof = (claims: object) =>
    new SignJWT({ jti: randomUUID(), htm: 'POST', htu: URL, iat: START, ...claims })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
      .sign(privateKey)
  return { proof, jkt: await calculateJwkThumbprint(jwk) }
}
