import type { HttpRequest } from '../../shared/http.ts'
import { documentRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { jwkSet, metadata } from '../../shared/metadata/metadata.ts'
import type { Service } from '../../shared/store/service.ts'

const metadataRoute = documentRoute('/.well-known/oauth-authorization-server', (service, http) =>
  isAboutIssuer(http, service) ? metadata(service) : undefined,
)

export const routes: Routes = {
  '/.well-known/oauth-authorization-server': metadataRoute,
  '/.well-known/oauth-authorization-server/{issuerPath+}': metadataRoute,
  '/jwks': documentRoute('/jwks', jwkSet),
}

/**
 * The path of an issuer comes after the well-known one (RFC 8414 section 3.1). Without a path the document is told of the
 * issuer that there is: its clients compare the issuer in it with the one that they know (section 3.3).
 */
function isAboutIssuer({ pathParameters }: HttpRequest, { issuer }: Service): boolean {
  const { issuerPath } = pathParameters
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  return issuerPath === undefined || `/${encodeURI(issuerPath)}` === path
}
