import { webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { authorize } from './decide.ts'
import { issueCode } from './issue.ts'
import { failAuthorization } from './fail.ts'
import {
  AuthorizationCall,
  FailCall,
  IssueCall,
  readAuthorization,
  readFail,
  readIssue,
  readTicketInfo,
  readTicketUpdate,
  TicketInfoCall,
  TicketUpdateCall,
} from './request.ts'
import { authorizationResponse, issueResponse } from './respond.ts'
import { ticketContext, ticketInfoResponse, ticketUpdateResponse, updateContext } from './ticket-info.ts'

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

const fail = webApiRoute({
  endpoint: '/auth/authorization/fail',
  type: 'authorizationFailResponse',
  role: 'runtime',
  call: FailCall,
  read: readFail,
  decide: failAuthorization,
  respond: (never: never) => never,
  errors: 'json',
})

const ticketInfo = webApiRoute({
  endpoint: '/auth/authorization/ticket/info',
  type: 'authorizationTicketInfoResponse',
  role: 'runtime',
  methods: ['GET', 'POST'],
  call: TicketInfoCall,
  read: readTicketInfo,
  decide: ticketContext,
  respond: ticketInfoResponse,
  errors: 'none',
})

const ticketUpdate = webApiRoute({
  endpoint: '/auth/authorization/ticket/update',
  type: 'authorizationTicketUpdateResponse',
  role: 'runtime',
  call: TicketUpdateCall,
  read: readTicketUpdate,
  decide: updateContext,
  respond: ticketUpdateResponse,
  errors: 'none',
})

export const routes: Routes = {
  '/api/auth/authorization': authorization,
  '/api/{serviceId}/auth/authorization': authorization,
  '/api/auth/authorization/issue': issue,
  '/api/{serviceId}/auth/authorization/issue': issue,
  '/api/auth/authorization/fail': fail,
  '/api/{serviceId}/auth/authorization/fail': fail,
  '/api/auth/authorization/ticket/info': ticketInfo,
  '/api/{serviceId}/auth/authorization/ticket/info': ticketInfo,
  '/api/auth/authorization/ticket/update': ticketUpdate,
  '/api/{serviceId}/auth/authorization/ticket/update': ticketUpdate,
}
