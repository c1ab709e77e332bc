import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { REDIRECT_URI, type TestClient } from '../support/walk.ts'
import type { Deployment } from './deployment.ts'
import type { Kind } from './kinds.ts'

/** A client and its connection. */
export interface Party {
  readonly kind: Kind
  readonly client: TestClient
  /** The name of a certificate in test/vectors/certs; `undefined` presents none. */
  readonly certificate?: string | undefined
  /** Whether the library uses the mutual-TLS aliases, as a client with a certificate does. */
  readonly aliases?: boolean
}

/** An authorization response on its way to the token endpoint. */
export interface Callback {
  readonly url: URL
  readonly verifier: string
  readonly state: string
}

/** The requests of a client, through one library. All of them reject with the library's own error. */
export interface OAuthClient {
  readonly credentials: (scope: string) => Promise<oauth.TokenEndpointResponse>
  readonly authorize: (scope: string) => Promise<Callback>
  readonly exchange: (callback: Callback) => Promise<oauth.TokenEndpointResponse>
  readonly refresh: (refreshToken: string) => Promise<oauth.TokenEndpointResponse>
  readonly introspect: (token: string) => Promise<oauth.IntrospectionResponse>
  readonly revoke: (token: string) => Promise<void>
  /** The status of the protected resource. */
  readonly use: (accessToken: string) => Promise<number>
}

export type Open = (deployment: Deployment, party: Party) => Promise<OAuthClient>

const openOpenidClient: Open = async (deployment, { kind, client, certificate, aliases = true }) => {
  const config = await openid.discovery(
    new URL(deployment.issuer),
    client.id,
    { use_mtls_endpoint_aliases: aliases },
    kind.authentication(openid, client),
    { algorithm: 'oauth2', [openid.customFetch]: deployment.fetchAs(certificate) },
  )
  return {
    credentials: (scope) => openid.clientCredentialsGrant(config, { scope }),
    authorize: async (scope) => {
      const verifier = openid.randomPKCECodeVerifier()
      const state = openid.randomState()
      const parameters = {
        ...{ redirect_uri: REDIRECT_URI, scope, state, code_challenge_method: 'S256' },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      }
      const asked = config.serverMetadata().require_pushed_authorization_requests
        ? await openid.buildAuthorizationUrlWithPAR(config, parameters)
        : openid.buildAuthorizationUrl(config, parameters)
      return { url: await deployment.authorize(asked), verifier, state }
    },
    exchange: ({ url, verifier, state }) =>
      openid.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState: state }),
    refresh: (token) => openid.refreshTokenGrant(config, token),
    introspect: (token) => openid.tokenIntrospection(config, token),
    revoke: (token) => openid.tokenRevocation(config, token),
    use: async (token) =>
      (await openid.fetchProtectedResource(config, token, deployment.accounts, 'GET')).status,
  }
}

/** The authorization server as `oauth4webapi` discovers it. */
export async function discover({ issuer, fetchAs }: Deployment): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const options = { algorithm: 'oauth2', [oauth.customFetch]: fetchAs() } as const
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options))
}

export const openOauth4webapi: Open = async (deployment, { kind, client, certificate, aliases = true }) => {
  const as = await discover(deployment)
  const own: oauth.Client = { client_id: client.id, use_mtls_endpoint_aliases: aliases }
  const auth = kind.authentication(oauth, client)
  const options = { [oauth.customFetch]: deployment.fetchAs(certificate) }
  const push = async (parameters: Record<string, string>) => {
    const answer = await oauth.pushedAuthorizationRequest(as, own, auth, parameters, options)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, own, answer)
    return { client_id: client.id, request_uri }
  }
  return {
    credentials: async (scope) => {
      const answer = await oauth.clientCredentialsGrantRequest(as, own, auth, { scope }, options)
      return oauth.processClientCredentialsResponse(as, own, answer)
    },
    authorize: async (scope) => {
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
      const parameters = {
        ...{ response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI, scope, state },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const asked = new URL(as.authorization_endpoint ?? '')
      const sent = as.require_pushed_authorization_requests ? await push(parameters) : parameters
      asked.search = new URLSearchParams(sent).toString()
      return { url: await deployment.authorize(asked), verifier, state }
    },
    exchange: async ({ url, verifier, state }) => {
      const sent = oauth.validateAuthResponse(as, own, url, state)
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([as, own, auth, sent, REDIRECT_URI, verifier, options] as const),
      )
      return oauth.processAuthorizationCodeResponse(as, own, answer)
    },
    refresh: async (token) => {
      const answer = await oauth.refreshTokenGrantRequest(as, own, auth, token, options)
      return oauth.processRefreshTokenResponse(as, own, answer)
    },
    introspect: async (token) => {
      const answer = await oauth.introspectionRequest(as, own, auth, token, options)
      return oauth.processIntrospectionResponse(as, own, answer)
    },
    revoke: async (token) =>
      oauth.processRevocationResponse(await oauth.revocationRequest(as, own, auth, token, options)),
    use: async (token) =>
      (
        await oauth.protectedResourceRequest(
          ...([token, 'GET', deployment.accounts, undefined, undefined, options] as const),
        )
      ).status,
  }
}

export const LIBRARIES: readonly (readonly [name: string, open: Open])[] = [
  ['openid-client', openOpenidClient],
  ['oauth4webapi', openOauth4webapi],
]

/** The faster step decides which of them it is. */
const ENDED = ['ECONNRESET', 'EPIPE']

/** The report of a library, in short: `401 basic invalid_client`, `400 invalid_grant`, `no answer`. */
export async function failure(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      const [{ scheme, parameters } = { scheme: '', parameters: {} }] = error.cause
      const body = error.response.bodyUsed ? '' : await error.response.text()
      const named = parameters.error ?? (JSON.parse(body) as { error: string }).error
      return `${String(error.status)} ${scheme} ${named}`
    }
    if (error instanceof oauth.ResponseBodyError) return `${String(error.status)} ${error.error}`
    return codes(error).join(' ')
  }
  return 'success'
}

/** The codes of an error and of its causes. If the cause is a response, its code is the status. */
function codes(error: unknown): string[] {
  if (error instanceof Response) return [String(error.status)]
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code.map((text) => (ENDED.includes(text) ? 'no answer' : text)), ...codes(error.cause)]
}
