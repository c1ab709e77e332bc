import { oauthRoute, webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { issueToken } from './decide.ts'
import { fromForm, fromWebApi, TokenCall } from './request.ts'
import { tokenContent, tokenResponse } from './respond.ts'

const oauth = oauthRoute({
  endpoint: '/token',
  read: fromForm,
  decide: issueToken,
  content: tokenContent,
  challenge: 'Basic',
})

const webApi = webApiRoute({
  endpoint: '/auth/token',
  type: 'tokenResponse',
  role: 'runtime',
  call: TokenCall,
  read: fromWebApi,
  decide: issueToken,
  respond: tokenResponse,
  errors: 'json',
})

export const routes: Routes = {
  '/token': oauth,
  '/api/auth/token': webApi,
  '/api/{serviceId}/auth/token': webApi,
}
