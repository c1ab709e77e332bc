import { signJwt } from '../../shared/token/sign.ts'
import { activeRefreshToken, activeToken, activeTokenInFull } from '../../shared/token/active-token.ts'
import type {
  ActiveRefreshToken,
  ActiveToken,
  ActiveTokenInFull,
} from '../../shared/token/active-token-schema.ts'
import { withProperties } from '../../shared/token/terms.ts'
import type { Service } from '../../shared/store/service.ts'
import { SignedBody } from '../../shared/http.ts'
import { withoutNull } from '../../shared/json.ts'
import { success } from '../../shared/web-api.ts'
import type { StandardIntrospectionSuccess } from './answer-schema.ts'
import type { Signature, StandardIntrospection } from './decide.ts'
import { SIGNED_TYPE } from './request.ts'

/** RFC 7662 section 2.2 on the OAuth face, or a JWT if the request asks for it (RFC 9701 section 5). */
export function oauthResponse(
  introspection: StandardIntrospection,
  service: Service,
): ActiveTokenInFull | Content | SignedBody {
  const { token, signature } = introspection
  const content =
    token?.type === 'access_token'
      ? withProperties(activeTokenInFull(token, service), token.grant.terms)
      : contentOf(introspection, service)
  if (signature === undefined) return content
  return new SignedBody(SIGNED_TYPE, signResponse(withoutNull(content), signature, service))
}

/** The JWT itself has no `sub` and no `exp`, so that it cannot pass for an access token. */
function signResponse(
  content: object,
  { audience, issuedAt, ...key }: Signature,
  { issuer }: Service,
): string {
  const claims = { iss: issuer, aud: audience, iat: issuedAt, token_introspection: content }
  return signJwt('token-introspection+jwt', claims, key)
}

/** `/auth/introspection/standard`, actions OK and JWT (Authlete contract, sections 2.9 and 6): `responseContent` is a string. */
export function standardIntrospectionResponse(
  introspection: StandardIntrospection,
  service: Service,
): StandardIntrospectionSuccess {
  const { token, signature } = introspection
  const content = contentOf(introspection, service)
  const about = `type=${token?.type ?? 'null'}, active=${String(token !== undefined)}`
  return {
    ...success('A145001', `Introspection was performed successfully (${about}).`),
    action: signature === undefined ? 'OK' : 'JWT',
    responseContent:
      signature === undefined ? JSON.stringify(content) : signResponse(content, signature, service),
  }
}

type Content = ActiveToken | ActiveRefreshToken | { readonly active: false }

function contentOf({ token, withHidden }: StandardIntrospection, service: Service): Content {
  if (token === undefined) return { active: false }
  const { grant } = token
  const content =
    token.type === 'access_token'
      ? activeToken(grant, service)
      : activeRefreshToken(grant, service, token.refresh.refreshExpiresAt)
  return withProperties(content, grant.terms, withHidden)
}
