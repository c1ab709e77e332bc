import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { issueToken } from './decide.ts'
import { fromForm, fromWebApi, TokenCall } from './request.ts'
import { oauthToken, tokenResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: [ENDPOINT_PATHS.token_endpoint],
    access: deploymentAccess('client'),
    face: oauth('Basic', 'OK', 'taken'),
    read: fromForm,
    decide: issueToken,
    respond: oauthToken,
  }),
  route({
    paths: bothVersions('/auth/token'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'tokenResponse', call: TokenCall, errors: 'json' }),
    read: fromWebApi,
    decide: issueToken,
    respond: tokenResponse,
  }),
)
