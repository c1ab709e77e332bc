import { roleAccess } from '../../shared/lambda/access.ts'
import { webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { issueUserinfo } from './issue/decide.ts'
import { readUserinfoIssue, UserinfoIssueCall } from './issue/request.ts'
import { userinfoIssueResponse } from './issue/respond.ts'
import { processUserinfo } from './process/decide.ts'
import { readUserinfo, UserinfoCall } from './process/request.ts'
import { userinfoResponse } from './process/respond.ts'

export const routes = routesOf(
  route({
    paths: bothVersions('/auth/userinfo'),
    access: roleAccess('introspect'),
    face: webApi({ type: 'userInfoResponse', call: UserinfoCall, errors: 'bearer' }),
    read: readUserinfo,
    decide: processUserinfo,
    respond: userinfoResponse,
  }),
  route({
    paths: bothVersions('/auth/userinfo/issue'),
    // The service signs the claims of the caller.
    access: roleAccess('runtime'),
    face: webApi({ type: 'userInfoIssueResponse', call: UserinfoIssueCall, errors: 'bearer' }),
    read: readUserinfoIssue,
    decide: issueUserinfo,
    respond: userinfoIssueResponse,
  }),
)
