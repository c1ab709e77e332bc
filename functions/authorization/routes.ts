import { webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { authorize } from './endpoint.ts'
import { issueCode } from './issue.ts'
import { AuthorizationCall, IssueCall, readAuthorization, readIssue } from './request.ts'
import { authorizationResponse, issueResponse } from './response.ts'

const authorization = webApiRoute({
  endpoint: '/auth/authorization',
  type: 'authorizationResponse',
  role: 'runtime',
  call: AuthorizationCall,
  read: readAuthorization,
  decide: authorize,
  respond: authorizationResponse,
  errors: 'json',
})

const issue = webApiRoute({
  endpoint: '/auth/authorization/issue',
  type: 'authorizationIssueResponse',
  role: 'runtime',
  call: IssueCall,
  read: readIssue,
  decide: issueCode,
  respond: issueResponse,
  errors: 'json',
})

export const routes: Routes = {
  '/api/auth/authorization': authorization,
  '/api/{serviceId}/auth/authorization': authorization,
  '/api/auth/authorization/issue': issue,
  '/api/{serviceId}/auth/authorization/issue': issue,
}
