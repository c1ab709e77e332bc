import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { introspectStandard } from './decide.ts'
import { fromForm, fromWebApi, StandardIntrospectionCall } from './request.ts'
import { oauthResponse, standardIntrospectionResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: [ENDPOINT_PATHS.introspection_endpoint],
    access: deploymentAccess('client'),
    face: oauth('Basic'),
    read: fromForm,
    decide: introspectStandard,
    respond: oauthResponse,
  }),
  route({
    paths: bothVersions('/auth/introspection/standard'),
    access: roleAccess('introspect'),
    face: webApi({ type: 'standardIntrospectionResponse', call: StandardIntrospectionCall, errors: 'json' }),
    read: fromWebApi,
    decide: introspectStandard,
    respond: standardIntrospectionResponse,
  }),
)
