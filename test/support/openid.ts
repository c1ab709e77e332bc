import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { contentOf } from './answers.ts'
import { START } from './fixed-runtime.ts'
import type { Received } from './gateway.ts'
import type { TestClient, Walk } from './walk.ts'

/** The settings of a service that issues ID tokens. */
export const OPENID_PROVIDER = {
  supportedScopes: [{ name: 'openid' }, { name: 'profile' }, { name: 'email' }, { name: 'read' }],
}

/** The authorization request of an OpenID client. */
export const OPENID = { scope: 'openid read' }

/** The ID token in an answer of the token endpoint, of which both members are the same. */
export function idTokenOf(answer: Received): string {
  const { id_token } = contentOf(answer)
  if (id_token !== answer.json['idToken']) throw new Error('idToken is not the id_token of responseContent')
  return id_token as string
}

/** As a client verifies it, by the published keys (OpenID Connect Core section 3.1.3.7). */
export async function verifiedIdToken({ send }: Pick<Walk, 'send'>, client: TestClient, idToken: string) {
  const { json } = await send({ route: '/jwks', method: 'GET' })
  return jwtVerify(idToken, createLocalJWKSet(json as unknown as JSONWebKeySet), {
    issuer: 'https://as.example.com',
    audience: client.id,
    typ: 'JWT',
    requiredClaims: ['sub', 'exp', 'iat', 'at_hash'],
    currentDate: new Date(START * 1000),
  })
}
