import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { beforeEach, describe, expect, test } from 'vitest'
import { BASIC, PUBLIC, REDIRECT_URI, type TestClient } from '../support/walk.ts'
import { openDeployment } from './deployment.ts'
import { discover, failure } from './libraries.ts'

/** Clients without any certificate get tokens that are bound to their keys, by unchanged libraries on the plain domain. */

const deployment = await openDeployment()
const { walk, issuer } = deployment
const scope = 'accounts:read'
beforeEach(() => walk.setService({ dpopNonceRequired: true }))

interface Acting {
  readonly own: () => Promise<oauth.TokenEndpointResponse>
  readonly authorize: () => Promise<oauth.TokenEndpointResponse>
  readonly refresh: (token: string) => Promise<oauth.TokenEndpointResponse>
  readonly thumbprint: () => Promise<string>
}

async function byOpenidClient(client: TestClient): Promise<Acting> {
  const isPublic = client.settings.clientType === 'PUBLIC'
  const auth = isPublic ? openid.None() : openid.ClientSecretBasic(client.secret)
  const options = { algorithm: 'oauth2', [openid.customFetch]: deployment.fetchAs() } as const
  const config = await openid.discovery(new URL(issuer), client.id, {}, auth, options)
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  return {
    own: () => openid.clientCredentialsGrant(config, { scope }, { DPoP }),
    authorize: async () => {
      const [pkceCodeVerifier, expectedState] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const parameters = {
        ...{ redirect_uri: REDIRECT_URI, scope, state: expectedState, code_challenge_method: 'S256' },
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      }
      const asked = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
      const callback = await deployment.authorize(asked)
      const checks = { pkceCodeVerifier, expectedState }
      return openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP })
    },
    refresh: (token) => openid.refreshTokenGrant(config, token, undefined, { DPoP }),
    thumbprint: () => DPoP.calculateThumbprint(),
  }
}

async function byOauth4webapi(client: TestClient): Promise<Acting> {
  const as = await discover(deployment)
  const own: oauth.Client = { client_id: client.id }
  const isPublic = client.settings.clientType === 'PUBLIC'
  const auth = isPublic ? oauth.None() : oauth.ClientSecretBasic(client.secret)
  const DPoP = oauth.DPoP(own, await oauth.generateKeyPair('ES256'))
  const options = { [oauth.customFetch]: deployment.fetchAs(), DPoP }
  /** Asks again with the nonce, as the documentation of the library requires. */
  const withNonce = async <Answer>(ask: () => Promise<Answer>) => {
    try {
      return await ask()
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error
      return ask()
    }
  }
  return {
    own: () =>
      withNonce(async () => {
        const answer = await oauth.clientCredentialsGrantRequest(as, own, auth, { scope }, options)
        return oauth.processClientCredentialsResponse(as, own, answer)
      }),
    authorize: async () => {
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
      const parameters = {
        ...{ response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI, scope, state },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        dpop_jkt: await DPoP.calculateThumbprint(),
      }
      const asked = new URL(as.authorization_endpoint ?? '')
      asked.search = new URLSearchParams(parameters).toString()
      const sent = oauth.validateAuthResponse(as, own, await deployment.authorize(asked), state)
      return withNonce(async () => {
        const answer = await oauth.authorizationCodeGrantRequest(
          ...([as, own, auth, sent, REDIRECT_URI, verifier, options] as const),
        )
        return oauth.processAuthorizationCodeResponse(as, own, answer)
      })
    },
    refresh: (token) =>
      withNonce(async () => {
        const answer = await oauth.refreshTokenGrantRequest(as, own, auth, token, options)
        return oauth.processRefreshTokenResponse(as, own, answer)
      }),
    thumbprint: () => DPoP.calculateThumbprint(),
  }
}

describe.each([
  ['openid-client', byOpenidClient],
  ['oauth4webapi', byOauth4webapi],
])('%s', (_library, open) => {
  test('a client without a certificate gets tokens for its key, with a nonce, and refreshes them', async () => {
    const client = await walk.addClient(PUBLIC)
    const own = await open(client)
    const tokens = await own.authorize()
    expect(tokens).toMatchObject({ token_type: 'dpop', scope })
    const refreshed = await own.refresh(tokens.refresh_token ?? '')
    expect(refreshed.token_type).toBe('dpop')
    const stranger = await open(client)
    expect(await failure(stranger.refresh(refreshed.refresh_token ?? ''))).toBe('400 invalid_grant')
  })

  test('a client gets a JWT of its own whose cnf has the thumbprint of its key', async () => {
    await walk.setService({ accessTokenSignAlg: 'ES256' })
    const own = await open(await walk.addClient(BASIC))
    const { access_token, token_type } = await own.own()
    expect(token_type).toBe('dpop')
    const [, claims = ''] = access_token.split('.')
    const { cnf } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { cnf: unknown }
    expect(cnf).toEqual({ jkt: await own.thumbprint() })
  })
})
