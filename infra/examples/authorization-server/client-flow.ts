import { createHash } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'

/** The client's data, and the URLs of its servers. */
export interface DemoClient {
  readonly clientId: string
  readonly redirectUri: string
  readonly issuer: string
  readonly authorizationEndpoint: string
  /** The endpoint to which the client pushes its requests, if any. */
  readonly parEndpoint: string | undefined
  readonly tokenEndpoint: string
  readonly accountsUrl: string
}

/** The values that the client keeps until its request is answered, with 43 random characters each. */
export interface KeptRequest {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
}

/** Makes an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core section 3.1.2.1). */
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

/** The query that replaces a pushed request (RFC 9126 section 4). */
export function pushedRequest({ clientId }: DemoClient, answer: string): string {
  const { request_uri = '' } = JSON.parse(answer) as { readonly request_uri?: string }
  return new URLSearchParams({ client_id: clientId, request_uri }).toString()
}

/**
 * Checks that an authorization response belongs to the client's request and comes from the right server.
 * @see RFC 6749 section 10.12, RFC 9207 section 2.4
 */
export function judgeResponse(
  answer: URLSearchParams,
  { issuer }: DemoClient,
  { state }: KeptRequest,
): { readonly code: string } | { readonly problem: string } {
  if (answer.get('state') !== state)
    return { problem: 'state: the response does not belong to this request.' }
  if (answer.get('iss') !== issuer) return { problem: 'iss: the response comes from another server.' }
  const error = answer.get('error')
  if (error !== null) return { problem: `${error}: ${answer.get('error_description') ?? ''}` }
  const code = answer.get('code')
  return code === null ? { problem: 'The response contains neither a code nor an error.' } : { code }
}

/** Makes the form that redeems a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
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
 * Verifies an ID token for this client and its request. @returns its claims, or the problem
 *
 * @param jwks the JWK Set of the issuer
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
    if (payload['nonce'] !== nonce) return { problem: 'nonce: the ID token belongs to another request.' }
    return { claims: payload }
  } catch (error) {
    if (error instanceof errors.JOSEError) return { problem: `The ID token is not valid: ${error.message}.` }
    throw error
  }
}
