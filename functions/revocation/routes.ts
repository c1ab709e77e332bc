import { byRole, ofDeployment } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { inBothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'
import { revoke } from './decide.ts'
import { fromForm, fromWebApi, RevocationCall } from './request.ts'
import { revocationResponse } from './respond.ts'

export const routes = routesOf(
  route({
    paths: [ENDPOINT_PATHS.revocation_endpoint],
    access: ofDeployment('client'),
    face: oauth('Basic'),
    read: fromForm,
    decide: revoke,
    // RFC 7009 section 2.2: clients only read the status.
    respond: () => ({}),
  }),
  route({
    paths: inBothVersions('/auth/revocation'),
    access: byRole('runtime'),
    face: webApi({ type: 'revocationResponse', call: RevocationCall, errors: 'json' }),
    read: fromWebApi,
    decide: revoke,
    respond: revocationResponse,
  }),
)
