import { oauthRoute, webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { introspectStandard } from './decide.ts'
import { fromForm, fromWebApi, StandardIntrospectionCall } from './request.ts'
import { introspectionContent, signedIntrospection, standardIntrospectionResponse } from './respond.ts'

const oauth = oauthRoute({
  endpoint: '/introspection/standard',
  read: fromForm,
  decide: introspectStandard,
  content: introspectionContent,
  signed: signedIntrospection,
  challenge: 'Basic',
})

const webApi = webApiRoute({
  endpoint: '/auth/introspection/standard',
  type: 'standardIntrospectionResponse',
  role: 'introspect',
  call: StandardIntrospectionCall,
  read: fromWebApi,
  decide: introspectStandard,
  respond: standardIntrospectionResponse,
  errors: 'json',
})

export const routes: Routes = {
  '/introspection/standard': oauth,
  '/api/auth/introspection/standard': webApi,
  '/api/{serviceId}/auth/introspection/standard': webApi,
}
