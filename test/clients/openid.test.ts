import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { REDIRECT_URI, SUBJECT, TLS, BOUND } from '../support/walk.ts'
import { newSigningKey, keySet } from '../support/signing-keys.ts'
import { openDeployment } from './deployment.ts'
import { failure } from './libraries.ts'

/**
 * OpenID Connect by clients that others have written: they find the service by its discovery document, and verify the signature, the nonce
 * and all other claims of its ID tokens.
 */

const deployment = await openDeployment()
const { walk, issuer, fetchAs } = deployment
const keys = [newSigningKey('rsa', 'RS256'), newSigningKey('ed', 'EdDSA'), newSigningKey('ec', 'ES256')]
await walk.setService({ supportedScopes: [{ name: 'openid' }, { name: 'accounts:read' }] })
await walk.call('/service/update', keySet(...keys.map(({ own }) => own)))

const CERTIFICATE = 'client-ec-p256'

interface Login {
  readonly claims: oauth.IDToken | undefined
  readonly refreshToken: string
}

interface Rp {
  /** Sends the end-user, and takes the answer for a request with this nonce. */
  readonly login: (nonce: string, expected?: string) => Promise<Login>
  /** The claims of the ID token of a refresh. */
  readonly refresh: (refreshToken: string) => Promise<oauth.IDToken | undefined>
}

/** The authorization request of the client: its redirect URI, the scopes, and the greatest age of the login. */
const ASKED = { redirect_uri: REDIRECT_URI, scope: 'openid accounts:read', max_age: '600' }

async function answered(url: URL): Promise<URL> {
  const { json } = await walk.call('/auth/authorization', { parameters: url.search.slice(1) })
  const authTime = Math.floor(Date.now() / 1000) - 5
  const issued = await walk.issue(json['ticket'], { authTime, claims: { name: 'Zoë' } })
  return new URL(issued.json['responseContent'] as string)
}

type OpenRp = (settings: { readonly idTokenSignAlg?: 'EdDSA' | 'ES256' }) => Promise<Rp>

const openOpenidClient: OpenRp = async ({ idTokenSignAlg }) => {
  const client = await walk.addClient(TLS, { ...BOUND, ...(idTokenSignAlg && { idTokenSignAlg }) })
  const metadata = {
    use_mtls_endpoint_aliases: true,
    ...(idTokenSignAlg && { id_token_signed_response_alg: idTokenSignAlg }),
  }
  const config = await openid.discovery(new URL(issuer), client.id, metadata, openid.TlsClientAuth(), {
    execute: [openid.enableNonRepudiationChecks],
    [openid.customFetch]: fetchAs(CERTIFICATE),
  })
  return {
    login: async (nonce, expectedNonce = nonce) => {
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier)
      const asked = { ...ASKED, nonce, code_challenge, code_challenge_method: 'S256' }
      const url = await answered(openid.buildAuthorizationUrl(config, asked))
      const checks = { pkceCodeVerifier, expectedNonce, maxAge: 600, idTokenExpected: true }
      const tokens = await openid.authorizationCodeGrant(config, url, checks)
      return { claims: tokens.claims(), refreshToken: tokens.refresh_token ?? '' }
    },
    refresh: async (refreshToken) => (await openid.refreshTokenGrant(config, refreshToken)).claims(),
  }
}

const openOauth4webapi: OpenRp = async ({ idTokenSignAlg }) => {
  const options = { [oauth.customFetch]: fetchAs(CERTIFICATE) }
  const discovered = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: 'oidc' })
  const as = await oauth.processDiscoveryResponse(new URL(issuer), discovered)
  const { id: client_id } = await walk.addClient(TLS, { ...BOUND, ...(idTokenSignAlg && { idTokenSignAlg }) })
  const own: oauth.Client = {
    ...{ client_id, use_mtls_endpoint_aliases: true },
    ...(idTokenSignAlg && { id_token_signed_response_alg: idTokenSignAlg }),
  }
  const auth = oauth.TlsClientAuth()
  return {
    login: async (nonce, expectedNonce = nonce) => {
      const verifier = oauth.generateRandomCodeVerifier()
      const code_challenge = await oauth.calculatePKCECodeChallenge(verifier)
      const asked = { ...ASKED, response_type: 'code', client_id, nonce, code_challenge }
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({ ...asked, code_challenge_method: 'S256' }).toString()
      const parameters = oauth.validateAuthResponse(as, own, await answered(url))
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([as, own, auth, parameters, REDIRECT_URI, verifier, options] as const),
      )
      const checks = { expectedNonce, maxAge: 600, requireIdToken: true }
      const tokens = await oauth.processAuthorizationCodeResponse(as, own, answer, checks)
      await oauth.validateApplicationLevelSignature(as, answer, options)
      return { claims: oauth.getValidatedIdTokenClaims(tokens), refreshToken: tokens.refresh_token ?? '' }
    },
    refresh: async (refreshToken) => {
      const answer = await oauth.refreshTokenGrantRequest(as, own, auth, refreshToken, options)
      const tokens = await oauth.processRefreshTokenResponse(as, own, answer)
      await oauth.validateApplicationLevelSignature(as, answer, options)
      return oauth.getValidatedIdTokenClaims(tokens)
    },
  }
}

describe.each([
  ['openid-client', openOpenidClient],
  ['oauth4webapi', openOauth4webapi],
])('OpenID Connect by %s', (_library, open) => {
  test.each([{}, { idTokenSignAlg: 'ES256' }, { idTokenSignAlg: 'EdDSA' }] as const)(
    'the library verifies the ID token of a client with %j, and that of a refresh',
    async (settings) => {
      const { login, refresh } = await open(settings)
      const { claims, refreshToken } = await login('the nonce')
      expect(claims).toMatchObject({ iss: issuer, sub: SUBJECT, nonce: 'the nonce', name: 'Zoë' })
      const again = await refresh(refreshToken)
      expect(again).toMatchObject({ iss: issuer, sub: SUBJECT, auth_time: claims?.auth_time })
      expect(again).not.toHaveProperty('nonce')
    },
  )

  test('the library refuses the ID token of another request', async () => {
    const { login } = await open({})
    expect(await failure(login('this request', 'another request'))).toMatch(/INVALID|FAILED/)
  })
})
