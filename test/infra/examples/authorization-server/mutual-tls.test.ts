import { expect, test } from 'vitest'
import { mutualTlsRequest } from '../../../../infra/connections/mutual-tls-request.ts'
import { CLIENT_CERTIFICATES } from '../../../../infra/emulator/site/seed.ts'
import { makeIdentity } from '../../emulator/tls-client.ts'
import { newProofKey, type ProofKey, proofOf } from '../../../support/proof-keys.ts'
import { siteOfFile, tokenForm } from './local-site.ts'

const site = await siteOfFile()
const holder = site.identity(CLIENT_CERTIFICATES.PUBLIC)

const redeem = (form: string, identity = holder, headers = {}) =>
  mutualTlsRequest(`${site.examples.frontEndMtlsUrl}/token`, identity, { form, headers })
const use = (headers: Readonly<Record<string, string>>, identity = holder) =>
  mutualTlsRequest(`${site.examples.resourceServerUrl}/accounts`, identity, { headers })

async function obtainToken(scope?: string): Promise<string> {
  const { text } = await redeem(await tokenForm(site, scope))
  return (JSON.parse(text) as { access_token: string }).access_token
}

/** A certificate that no trusted CA has issued. */
const untrusted = async () => ({ ca: holder.ca, ...(await makeIdentity(undefined, {})) })

function basic(text: string) {
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

test('the token endpoint binds the token to the certificate of the connection and passes the answer on', async () => {
  const { status, headers, text } = await redeem(await tokenForm(site))
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
  expect(headers['content-type']).toMatch(/^application\/json/)
  expect(JSON.parse(text)).toMatchObject({ token_type: 'Bearer', scope: 'accounts:read' })
})

test('the token endpoint gives no token without a certificate, and the code stays good', async () => {
  const form = await tokenForm(site)
  const refused = await redeem(form, site.identity())
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('A244308')
  expect((await redeem(form)).status).toBe(200)
})

test('the token endpoint takes form-encoded credentials from the header, and names the scheme when they are wrong', async () => {
  const { clientId, clientSecret = '' } = site.seeded.clients[1]
  const form = 'grant_type=client_credentials'
  const spelled = clientSecret.replaceAll('-', '%2D')
  expect((await redeem(form, holder, basic(`${clientId}:${spelled}`))).status).toBe(200)
  const refused = await redeem(form, holder, basic(`${clientId}:wrong`))
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toBe('Basic realm="certbound"')
  expect(JSON.parse(refused.text)).toMatchObject({ error: 'invalid_client' })
})

test('the token endpoint challenges no client that sent no Authorization header', async () => {
  const { clientId } = site.seeded.clients[1]
  const { status, headers } = await redeem(`grant_type=client_credentials&client_id=${clientId}`)
  expect([status, headers['www-authenticate']]).toEqual([401, undefined])
})

test('the token endpoint refuses a header that is not readable as Basic', async () => {
  const { clientId } = site.seeded.clients[1]
  for (const authorization of ['Bearer x', 'Basic', 'Basic !', basic('no colon').authorization]) {
    const { status, headers } = await redeem(`client_id=${clientId}`, holder, { authorization })
    expect([status, headers['www-authenticate']]).toEqual([401, 'Basic realm="certbound"'])
  }
})

test('the front end passes a DPoP proof on, and certbound refuses it where the certificate binds', async () => {
  const refused = await redeem(await tokenForm(site), holder, { dpop: 'a.b.c' })
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('A244393')
})

test('the token endpoint gives a client a token for its key, once the proof has the nonce of the service', async () => {
  const { registry } = site.runtime.store
  const { serviceId } = site.seeded
  await registry.changeService(serviceId, (stored) => ({ ...stored, dpopNonceRequired: true }))
  const key = newProofKey()
  const refused = await redeemWithProof(key)
  expect(JSON.parse(refused.text)).toMatchObject({ error: 'use_dpop_nonce' })
  const answered = await redeemWithProof(key, { nonce: refused.headers['dpop-nonce'] })
  expect(JSON.parse(answered.text)).toMatchObject({ token_type: 'DPoP' })
  await registry.changeService(serviceId, (stored) => ({ ...stored, dpopNonceRequired: false }))
})

/** A token request of the DPoP client, which its certificate authenticates. */
function redeemWithProof(key: ProofKey, claims = {}) {
  const [, , { clientId } = { clientId: '' }] = site.seeded.clients
  const proof = { htu: `${site.examples.frontEndMtlsUrl}/token`, iat: site.runtime.now(), ...claims }
  const form = `grant_type=client_credentials&scope=accounts:read&client_id=${clientId}`
  return redeem(form, site.identity(CLIENT_CERTIFICATES.DPOP), { dpop: key.proof(proof) })
}

test.each(['resourceServerUrl', 'librarySampleUrl'] as const)(
  'the resource server of %s serves the holder of the key of a token, by the scheme DPoP and nobody else',
  async (address) => {
    const key = newProofKey()
    const { text } = await redeemWithProof(key)
    const { access_token: token } = JSON.parse(text) as { access_token: string }
    const htu = `${site.examples[address]}/${address === 'resourceServerUrl' ? 'accounts' : ''}`
    const proof = (own: ProofKey, claims = {}) => proofOf(own, token, site.runtime.now(), { htu, ...claims })
    const ask = async (authorization: string, dpop?: string) => {
      const headers = { authorization, ...(dpop !== undefined && { dpop }) }
      return (await mutualTlsRequest(htu, site.identity(CLIENT_CERTIFICATES.STRANGER), { headers })).status
    }
    expect(await ask(`DPoP ${token}`, proof(key))).toBe(200)
    expect(await ask(`Bearer ${token}`, proof(key))).toBe(401)
    expect(await ask(`Bearer ${token}`)).toBe(401)
    expect(await ask(`DPoP ${token}`)).toBe(401)
    expect(await ask(`DPoP ${token}`, proof(newProofKey()))).toBe(401)
    expect(await ask(`DPoP ${token}`, proof(key, { htu: 'https://elsewhere.example/' }))).not.toBe(200)
  },
)

test('the token endpoint refuses a body that is not a form, or is too long', async () => {
  expect((await redeem('{}', holder, { 'content-type': 'application/json' })).status).toBe(400)
  expect((await redeem(`code=${'x'.repeat(70_000)}`)).status).toBe(413)
})

test('the token endpoint refuses an untrusted certificate before anything else', async () => {
  expect((await redeem('', await untrusted())).status).toBe(403)
})

test('the resource server serves the holder of the certificate', async () => {
  const { status, text } = await use({ authorization: `Bearer ${await obtainToken()}` })
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ subject: 'testuser01', accounts: [{}, {}] })
})

test('the resource server refuses the same token with another certificate, and without one', async () => {
  const headers = { authorization: `Bearer ${await obtainToken()}` }
  for (const [identity, code] of [
    [site.identity(CLIENT_CERTIFICATES.STRANGER), 'A065305'],
    [site.identity(), 'A065304'],
  ] as const) {
    const { status, headers: answered, text } = await use(headers, identity)
    expect([status, text]).toEqual([401, ''])
    expect(answered['www-authenticate']).toMatch(/^Bearer error="invalid_token"/)
    expect(answered['www-authenticate']).toContain(code)
  }
})

test('the resource server refuses a token with another scope', async () => {
  const { status, headers } = await use({ authorization: `Bearer ${await obtainToken('payments:write')}` })
  expect(status).toBe(403)
  expect(headers['www-authenticate']).toContain('insufficient_scope')
})

test('the resource server takes no certificate from a header', async () => {
  const certificate = encodeURIComponent(holder.cert ?? '')
  const headers = { 'x-ssl-client-cert': certificate, 'client-cert': certificate }
  const authorization = `Bearer ${await obtainToken()}`
  expect((await use({ authorization, ...headers }, site.identity(CLIENT_CERTIFICATES.STRANGER))).status).toBe(
    401,
  )
  expect((await use({ authorization, ...headers }, site.identity())).status).toBe(401)
})

test('the resource server takes a token only from the Authorization header', async () => {
  const url = `${site.examples.resourceServerUrl}/accounts?access_token=${await obtainToken()}`
  const { status, headers } = await mutualTlsRequest(url, holder)
  expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
})

test('the resource server refuses an untrusted certificate', async () => {
  const headers = { authorization: `Bearer ${await obtainToken()}` }
  expect((await use(headers, await untrusted())).status).toBe(403)
})
