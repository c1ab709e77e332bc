import { byRole, ofDeployment } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { inBothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { issueToken } from './decide.ts'
import { fromForm, fromWebApi, TokenCall } from './request.ts'
import { tokenContent, tokenResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: ['/token'],
    access: ofDeployment('client'),
    face: oauth('Basic'),
    read: fromForm,
    decide: issueToken,
    respond: tokenContent,
  }),
  route({
    paths: inBothVersions('/auth/token'),
    access: byRole('runtime'),
    face: webApi({ type: 'tokenResponse', call: TokenCall, errors: 'json' }),
    read: fromWebApi,
    decide: issueToken,
    respond: tokenResponse,
  }),
)
