import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { revoke } from './decide.ts'
import { fromForm, fromWebApi, RevocationCall } from './request.ts'
import { revocationResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: [ENDPOINT_PATHS.revocation_endpoint],
    access: deploymentAccess('client'),
    face: oauth('Basic'),
    read: fromForm,
    decide: revoke,
    // RFC 7009 section 2.2: clients only read the status.
    respond: () => ({}),
  }),
  route({
    paths: bothVersions('/auth/revocation'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'revocationResponse', call: RevocationCall, errors: 'json' }),
    read: fromWebApi,
    decide: revoke,
    respond: revocationResponse,
  }),
)
