import type { Service } from '../../shared/store/service.ts'

/**
 * Whether a metadata URL is for the issuer of the service. The path of an issuer follows the well-known path (RFC 8414 section
 * 3.1). A URL without it is always accepted, because clients compare `issuer` with the expected one (section 3.3).
 */
export function isAboutIssuer(issuerPath: string | undefined, { issuer }: Service): boolean {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  return issuerPath === undefined || `/${encodeURI(issuerPath)}` === path
}
