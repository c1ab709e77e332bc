import { activeRefreshToken, activeToken, activeTokenInFull } from '../../shared/oauth/active-token.ts'
import type { Service } from '../../shared/store/service.ts'
import { success } from '../../shared/web-api.ts'
import type { IntrospectedAnswer } from './answer-schema.ts'
import type { Introspected } from './endpoint.ts'

/** RFC 7662 section 2.2 on the OAuth face. */
export function introspectionContent(introspected: Introspected, service: Service) {
  return introspected.type === 'access_token'
    ? activeTokenInFull(introspected.grant, service, introspected.jti)
    : contentOf(introspected, service)
}

/** `/auth/introspection/standard`, action OK (contract, sections 2.9 and 6): `responseContent` is a string. */
export function standardIntrospectionResponse(
  introspected: Introspected,
  service: Service,
): IntrospectedAnswer {
  const { type } = introspected
  const about = `type=${String(type)}, active=${String(type !== null)}`
  return {
    ...success('A145001', `Introspection was performed successfully (${about}).`),
    action: 'OK',
    responseContent: JSON.stringify(contentOf(introspected, service)),
  }
}

function contentOf(introspected: Introspected, service: Service) {
  if (introspected.type === null) return { active: false }
  const { grant, withHidden } = introspected
  if (introspected.type === 'access_token') return activeToken(grant, service, withHidden)
  return activeRefreshToken(grant, service, introspected.expiresAt, withHidden)
}
