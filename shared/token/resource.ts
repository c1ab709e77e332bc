import type { Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'

/** They lie in the grant, and an item of the store must stay small. */
const MAX_RESOURCES = 10
const MAX_CHARACTERS = 1024

/** RFC 3986 section 4.3: a scheme and something behind it, no fragment. On the web a host as well. */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
const WEB_WITHOUT_HOST = /^https?:(?!\/\/[^/?])/i

/** The values of `resource` (RFC 8707 section 2), each once. Which resources there are, nobody here knows. */
export function parseResources(values: readonly string[]): readonly string[] | 'malformed' {
  const resources = [...new Set(values)]
  const isLong = resources.length > MAX_RESOURCES || resources.join('').length > MAX_CHARACTERS
  return isLong || !resources.every(isResource) ? 'malformed' : resources
}

function isResource(text: string): boolean {
  return ABSOLUTE_URI.test(text) && !WEB_WITHOUT_HOST.test(text)
}

/** Those asked for, all of them where none are; never others than were granted (RFC 8707 section 2.2). */
export function narrowedResources(
  asked: readonly string[],
  granted: readonly string[],
): readonly string[] | 'wider' {
  if (asked.length === 0) return granted
  return asked.every((resource) => granted.includes(resource)) ? asked : 'wider'
}

/** What an access token is meant for: the resources asked for, or else the service's default (requirement H06). */
export function audiencesOf({ accessResources }: Pick<Tokens, 'accessResources'>, service: Service) {
  return accessResources.length === 0 ? [service.defaultResource ?? service.issuer] : accessResources
}

/** `aud`: a string for one, a list for several (RFC 7519 section 4.1.3). */
export function audOf(grant: Pick<Tokens, 'accessResources'>, service: Service): string | readonly string[] {
  const audiences = audiencesOf(grant, service)
  return audiences.length === 1 && audiences[0] !== undefined ? audiences[0] : audiences
}
