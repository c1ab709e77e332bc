import { LIMITS } from '../limits.ts'
import type { Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'

/** RFC 3986 section 4.3: a scheme followed by more text, without a fragment. http and https need a host. */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
const WEB_WITHOUT_HOST = /^https?:(?!\/\/[^/?])/i

/** The values of `resource` without duplicates (RFC 8707 section 2). There is no list of known resources. */
export function parseResources(values: readonly string[]): readonly string[] | 'malformed' {
  const resources = [...new Set(values)]
  const isLong = resources.length > LIMITS.resources || resources.join('').length > LIMITS.resourceCharacters
  return isLong || !resources.every(isResource) ? 'malformed' : resources
}

function isResource(text: string): boolean {
  return ABSOLUTE_URI.test(text) && !WEB_WITHOUT_HOST.test(text)
}

/** The requested resources, or all granted ones if none are requested (RFC 8707 section 2.2). */
export function narrowedResources(
  requested: readonly string[],
  granted: readonly string[],
): readonly string[] | 'wider' {
  if (requested.length === 0) return granted
  return requested.every((resource) => granted.includes(resource)) ? requested : 'wider'
}

/** The audiences of an access token: its resources, or else the service's default (requirement H06). */
export function audiencesOf({ accessResources }: Pick<Tokens, 'accessResources'>, service: Service) {
  return accessResources.length === 0 ? [service.defaultResource ?? service.issuer] : accessResources
}

/** `aud`: one audience as a string, several as a list (RFC 7519 section 4.1.3). */
export function audOf(grant: Pick<Tokens, 'accessResources'>, service: Service): string | readonly string[] {
  const audiences = audiencesOf(grant, service)
  return audiences.length === 1 && audiences[0] !== undefined ? audiences[0] : audiences
}
