import type { HttpRequest } from '../../shared/http.ts'
import { deploymentAccess } from '../../shared/lambda/access.ts'
import { publicDocument } from '../../shared/lambda/faces.ts'
import { route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { isOpenidProvider, jwkSetOf, metadataOf } from '../../shared/metadata/metadata.ts'
import type { Service } from '../../shared/store/service.ts'
import { isAboutIssuer } from './decide.ts'

function metadataRoute(path: string, isOffered: (service: Service) => boolean) {
  return route({
    paths: [path, `${path}/{issuerPath+}`],
    methods: ['GET'],
    access: deploymentAccess('everyone'),
    face: publicDocument,
    read: ({ pathParameters }: HttpRequest) => pathParameters['issuerPath'],
    decide: (issuerPath, { service }) =>
      Promise.resolve(isOffered(service) && isAboutIssuer(issuerPath, service)),
    respond: (isAbout, service) => (isAbout ? metadataOf(service) : undefined),
  })
}

export const routes = routesOf(
  metadataRoute('/.well-known/oauth-authorization-server', () => true),
  metadataRoute('/.well-known/openid-configuration', isOpenidProvider),
  route({
    paths: [ENDPOINT_PATHS.jwks_uri],
    methods: ['GET'],
    access: deploymentAccess('everyone'),
    face: publicDocument,
    read: () => undefined,
    decide: () => Promise.resolve(),
    respond: (_, service) => jwkSetOf(service),
  }),
)
