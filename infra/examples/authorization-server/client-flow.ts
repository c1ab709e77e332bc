import { createHash } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'

/** The client's own data, and the addresses of its servers. */
export interface DemoClient {
  readonly clientId: string
  readonly redirectUri: string
  readonly issuer: string
  readonly authorizationEndpoint: string
  /** The client pushes its requests here, if there is one. */
  readonly parEndpoint: string | undefined
  readonly tokenEndpoint: string
  readonly accountsUrl: string
}

/** The client keeps these until its request is answered: 43 random characters each. */
export interface KeptRequest {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
}

/** An authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core section 3.1.2.1). */
export function authorizationRequest(client: DemoClient, { state, verifier, nonce }: KeptRequest): string {
  return new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: 'openid accounts:read',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
}

/** What the browser takes to the authorization server in place of a request that was pushed (RFC 9126 section 4). */
export function pushedRequest({ clientId }: DemoClient, answer: string): string {
  const { request_uri = '' } = JSON.parse(answer) as { readonly request_uri?: string }
  return new URLSearchParams({ client_id: clientId, request_uri }).toString()
}

/**
 * Whether an authorization response answers this client's request, and comes from the server that it asked.
 * @see RFC 6749 section 10.12, RFC 9207 section 2.4
 */
export function judgeResponse(
  answer: URLSearchParams,
  { issuer }: DemoClient,
  { state }: KeptRequest,
): { readonly code: string } | { readonly problem: string } {
  if (answer.get('state') !== state) return { problem: 'state: this is not the answer to that request.' }
  if (answer.get('iss') !== issuer) return { problem: 'iss: this answer comes from another server.' }
  const error = answer.get('error')
  if (error !== null) return { problem: `${error}: ${answer.get('error_description') ?? ''}` }
  const code = answer.get('code')
  return code === null ? { problem: 'There is neither a code nor an error.' } : { code }
}

/** The form that redeems a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export function tokenRequest(client: DemoClient, code: string, { verifier }: KeptRequest): string {
  return new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    code,
    code_verifier: verifier,
  }).toString()
}

/**
 * The claims of an ID token that is for this client and answers its request.
 *
 * @param jwks the keys of the issuer
 * @see OpenID Connect Core section 3.1.3.7
 */
export async function judgeIdToken(
  idToken: string,
  jwks: JSONWebKeySet,
  { issuer, clientId: audience }: DemoClient,
  { nonce }: KeptRequest,
): Promise<{ readonly claims: JWTPayload } | { readonly problem: string }> {
  try {
    const requiredClaims = ['sub', 'exp', 'iat']
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(jwks), {
      issuer,
      audience,
      requiredClaims,
    })
    if (payload['nonce'] !== nonce) return { problem: 'nonce: this ID token belongs to another request.' }
    return { claims: payload }
  } catch (error) {
    if (error instanceof errors.JOSEError) return { problem: `The ID token is not valid: ${error.message}.` }
    throw error
  }
}
