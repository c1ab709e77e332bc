import { oauthRoute, webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { revoke } from './decide.ts'
import { fromForm, fromWebApi, RevocationCall } from './request.ts'
import { revocationContent, revocationResponse } from './respond.ts'

const oauth = oauthRoute({
  endpoint: '/revocation',
  read: fromForm,
  decide: revoke,
  content: revocationContent,
  challenge: 'Basic',
})

const webApi = webApiRoute({
  endpoint: '/auth/revocation',
  type: 'revocationResponse',
  role: 'runtime',
  call: RevocationCall,
  read: fromWebApi,
  decide: revoke,
  respond: revocationResponse,
  errors: 'json',
})

export const routes: Routes = {
  '/revocation': oauth,
  '/api/auth/revocation': webApi,
  '/api/{serviceId}/auth/revocation': webApi,
}
