import { roleAccess, roleOrOrganizationAccess } from '../../shared/lambda/access.ts'
import { managementApi, webApi } from '../../shared/lambda/faces.ts'
import { notOfferedRoute } from '../../shared/lambda/not-offered.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { deleteAuthorization, listAuthorizations, updateAuthorization } from './authorizations/decide.ts'
import * as authorizationRequests from './authorizations/request.ts'
import { authorizationList, changedAuthorization } from './authorizations/respond.ts'
import { forgetGrantedScopes, getGrantedScopes } from './granted-scopes/decide.ts'
import { forgottenScopes, grantedScopes } from './granted-scopes/respond.ts'
import { createTokens } from './create/decide.ts'
import { CreateCall, readCreate } from './create/request.ts'
import { createResponse } from './create/respond.ts'
import { endTokens } from './end/decide.ts'
import { readDelete, readRevoke, RevokeCall } from './end/request.ts'
import { revokeResponse } from './end/respond.ts'
import { listTokens } from './list/decide.ts'
import { TokenListCall } from './list/request.ts'
import { listResponse } from './list/respond.ts'
import { readListCall } from './request.ts'
import { updateToken } from './update/decide.ts'
import { readTokenUpdate, UpdateCall } from './update/request.ts'
import { updateResponse } from './update/respond.ts'

/** Version 3 has another path that names the end-user. */
function withSubject(path: string): [v2: string, v3: string, ofSubject: string] {
  return [...bothVersions(path), `/api/{serviceId}${path}/{subject}`]
}

export const routes = routesOf(
  route({
    paths: bothVersions('/auth/token/create'),
    access: roleAccess('manage'),
    face: webApi({ type: 'tokenCreateResponse', call: CreateCall, errors: 'none' }),
    read: readCreate,
    decide: createTokens,
    respond: createResponse,
  }),
  route({
    paths: bothVersions('/auth/token/update'),
    access: roleAccess('manage'),
    face: webApi({ type: 'tokenUpdateResponse', call: UpdateCall, errors: 'none' }),
    read: readTokenUpdate,
    decide: updateToken,
    respond: updateResponse,
  }),
  route({
    paths: bothVersions('/auth/token/delete/{accessTokenIdentifier}'),
    methods: ['DELETE'],
    access: roleAccess('manage'),
    face: managementApi(),
    read: readDelete,
    decide: endTokens,
    respond: () => undefined,
  }),
  route({
    paths: bothVersions('/auth/token/revoke'),
    access: roleAccess('manage'),
    face: managementApi(RevokeCall),
    read: readRevoke,
    decide: endTokens,
    respond: revokeResponse,
  }),
  route({
    paths: bothVersions('/auth/token/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(TokenListCall),
    read: (http) => readListCall(http, TokenListCall),
    decide: listTokens,
    respond: listResponse,
  }),
  route({
    paths: withSubject('/client/authorization/get/list'),
    methods: ['GET', 'POST'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(authorizationRequests.AuthorizationListCall),
    read: authorizationRequests.readAuthorizations,
    decide: listAuthorizations,
    respond: authorizationList,
  }),
  route({
    paths: withSubject('/client/authorization/delete/{clientId}'),
    methods: ['DELETE', 'POST'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(authorizationRequests.ClientAuthorizationCall),
    read: authorizationRequests.readClientAuthorization,
    decide: deleteAuthorization,
    respond: changedAuthorization('A137001', 'Deleted'),
  }),
  route({
    paths: bothVersions('/client/authorization/update/{clientId}'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(authorizationRequests.AuthorizationChangeCall),
    read: authorizationRequests.readAuthorizationChange,
    decide: updateAuthorization,
    respond: changedAuthorization('A138001', 'Updated'),
  }),
  route({
    paths: withSubject('/client/granted_scopes/get/{clientId}'),
    methods: ['GET', 'POST'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(authorizationRequests.ClientAuthorizationCall),
    read: authorizationRequests.readClientAuthorization,
    decide: getGrantedScopes,
    respond: grantedScopes,
  }),
  route({
    paths: withSubject('/client/granted_scopes/delete/{clientId}'),
    methods: ['DELETE', 'POST'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(authorizationRequests.ClientAuthorizationCall),
    read: authorizationRequests.readClientAuthorization,
    decide: forgetGrantedScopes,
    respond: forgottenScopes,
  }),

  // These receive the paths above if they end with a slash (shared/lambda/path-match.ts).
  ...bothVersions('/client/authorization/{proxy+}').map(notOfferedRoute),
  ...bothVersions('/client/granted_scopes/{proxy+}').map(notOfferedRoute),
)
