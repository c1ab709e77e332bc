import { oauthRoute, webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { introspect } from '../../shared/token/introspect.ts'
import { NO_STANDING } from '../../shared/token/standing.ts'
import { introspectForService } from './decide.ts'
import { fromForm, fromWebApi, IntrospectionCall } from './request.ts'
import { holderContent, introspectionResponse } from './respond.ts'

const oauth = oauthRoute({
  endpoint: '/introspection',
  read: fromForm,
  decide: introspect,
  content: holderContent,
  challenge: 'Bearer',
})

const webApi = webApiRoute({
  endpoint: '/auth/introspection',
  type: 'introspectionResponse',
  role: 'introspect',
  call: IntrospectionCall,
  read: fromWebApi,
  decide: introspectForService,
  respond: introspectionResponse,
  errors: 'bearer',
  members: { ...NO_STANDING },
})

export const routes: Routes = {
  '/introspection': oauth,
  '/api/auth/introspection': webApi,
  '/api/{serviceId}/auth/introspection': webApi,
}
