import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { authorize } from './authorize/decide.ts'
import { AuthorizationCall, readAuthorization } from './authorize/request.ts'
import { authorizationResponse } from './authorize/respond.ts'
import { failAuthorization } from './fail/decide.ts'
import { FailCall, readFail } from './fail/request.ts'
import { issueCode } from './issue/decide.ts'
import { IssueCall, readIssue } from './issue/request.ts'
import { issueResponse } from './issue/respond.ts'
import { pushRequest } from './push/decide.ts'
import { pushedFromForm, pushedFromWebApi, PushCall } from './push/request.ts'
import { oauthPushResponse, pushResponse } from './push/respond.ts'
import { ticketContext, updateContext } from './ticket-info/decide.ts'
import { readTicketInfo, readTicketUpdate, TicketInfoCall, TicketUpdateCall } from './ticket-info/request.ts'
import { ticketInfoResponse, ticketUpdateResponse } from './ticket-info/respond.ts'

export const routes = routesOf(
  route({
    paths: bothVersions('/auth/authorization'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'authorizationResponse', call: AuthorizationCall, errors: 'json' }),
    read: readAuthorization,
    decide: authorize,
    respond: authorizationResponse,
  }),
  route({
    paths: bothVersions('/auth/authorization/issue'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'authorizationIssueResponse', call: IssueCall, errors: 'json' }),
    read: readIssue,
    decide: issueCode,
    respond: issueResponse,
  }),
  route({
    paths: bothVersions('/auth/authorization/fail'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'authorizationFailResponse', call: FailCall, errors: 'json' }),
    read: readFail,
    decide: failAuthorization,
    respond: (never: never) => never,
  }),
  route({
    paths: bothVersions('/auth/authorization/ticket/info'),
    methods: ['GET', 'POST'],
    access: roleAccess('runtime'),
    face: webApi({ type: 'authorizationTicketInfoResponse', call: TicketInfoCall, errors: 'none' }),
    read: readTicketInfo,
    decide: ticketContext,
    respond: ticketInfoResponse,
  }),
  route({
    paths: bothVersions('/auth/authorization/ticket/update'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'authorizationTicketUpdateResponse', call: TicketUpdateCall, errors: 'none' }),
    read: readTicketUpdate,
    decide: updateContext,
    respond: ticketUpdateResponse,
  }),
  route({
    paths: [ENDPOINT_PATHS.pushed_authorization_request_endpoint],
    access: deploymentAccess('client'),
    face: oauth('Basic', 'CREATED', 'taken'),
    read: pushedFromForm,
    decide: pushRequest,
    respond: oauthPushResponse,
  }),
  route({
    paths: bothVersions('/pushed_auth_req'),
    access: roleAccess('runtime'),
    face: webApi({
      ...{ type: 'pushedAuthReqResponse', call: PushCall, errors: 'json' },
      unauthenticated: 'UNAUTHORIZED',
    }),
    read: pushedFromWebApi,
    decide: pushRequest,
    respond: pushResponse,
  }),
)
