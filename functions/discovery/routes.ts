import type { HttpRequest } from '../../shared/http.ts'
import { ofDeployment } from '../../shared/lambda/access.ts'
import { publicDocument } from '../../shared/lambda/faces.ts'
import { route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { isOpenidProvider, jwkSetOf, metadataOf } from '../../shared/metadata/metadata.ts'
import { isAboutIssuer } from './decide.ts'

export const routes = routesOf(
  route({
    paths: [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/{issuerPath+}',
    ],
    methods: ['GET'],
    access: ofDeployment('everyone'),
    face: publicDocument,
    read: ({ pathParameters }: HttpRequest) => pathParameters['issuerPath'],
    decide: (issuerPath, { service }) => Promise.resolve(isAboutIssuer(issuerPath, service)),
    respond: (isAbout, service) => (isAbout ? metadataOf(service) : undefined),
  }),
  route({
    paths: ['/.well-known/openid-configuration', '/.well-known/openid-configuration/{issuerPath+}'],
    methods: ['GET'],
    access: ofDeployment('everyone'),
    face: publicDocument,
    read: ({ pathParameters }: HttpRequest) => pathParameters['issuerPath'],
    decide: (issuerPath, { service }) =>
      Promise.resolve(isOpenidProvider(service) && isAboutIssuer(issuerPath, service)),
    respond: (isAbout, service) => (isAbout ? metadataOf(service) : undefined),
  }),
  route({
    paths: [ENDPOINT_PATHS.jwks_uri],
    methods: ['GET'],
    access: ofDeployment('everyone'),
    face: publicDocument,
    read: () => undefined,
    decide: () => Promise.resolve(),
    respond: (_, service) => jwkSetOf(service),
  }),
)
