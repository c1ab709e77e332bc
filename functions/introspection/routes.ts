import { byRole, ofDeployment } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { inBothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { introspect } from '../../shared/token/introspect.ts'
import { NO_STANDING } from '../../shared/token/standing.ts'
import { introspectForService } from './decide.ts'
import { fromForm, fromWebApi, IntrospectionCall } from './request.ts'
import { heldToken, introspectionResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: ['/introspection'],
    access: ofDeployment('holder'),
    face: oauth('Bearer'),
    read: fromForm,
    decide: introspect,
    respond: heldToken,
  }),
  route({
    paths: inBothVersions('/auth/introspection'),
    access: byRole('introspect'),
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
