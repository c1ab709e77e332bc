import type { Service } from '../../shared/store/service.ts'

/**
 * Whether a metadata document is about the issuer of the service. The path of an issuer comes after the well-known one
 * (RFC 8414 section 3.1). Without a path the document is about the one issuer that there is: its clients compare the
 * issuer in it with the one that they know (section 3.3).
 */
export function isAboutIssuer(issuerPath: string | undefined, { issuer }: Service): boolean {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  return issuerPath === undefined || `/${encodeURI(issuerPath)}` === path
}
