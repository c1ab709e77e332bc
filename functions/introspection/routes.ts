import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { introspect } from '../../shared/token/introspect.ts'
import { NO_STANDING } from '../../shared/token/standing.ts'
import { introspectForService } from './decide.ts'
import { fromForm, fromWebApi, IntrospectionCall } from './request.ts'
import { heldToken, introspectionResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: ['/introspection'],
    access: deploymentAccess('holder'),
    face: oauth('Bearer'),
    read: fromForm,
    decide: introspect,
    respond: heldToken,
  }),
  route({
    paths: bothVersions('/auth/introspection'),
    access: roleAccess('introspect'),
    face: webApi({
      type: 'introspectionResponse',
      call: IntrospectionCall,
      errors: 'bearer',
      members: NO_STANDING,
    }),
    read: fromWebApi,
    decide: introspectForService,
    respond: introspectionResponse,
  }),
)
