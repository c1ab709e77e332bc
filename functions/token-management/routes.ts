import { managementRoute, webApiRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { deleteAuthorization, listAuthorizations, updateAuthorization } from './authorizations/decide.ts'
import {
  AuthorizationChangeCall,
  AuthorizationDeleteCall,
  AuthorizationListCall,
  readAuthorizationChange,
  readAuthorizations,
  readDeletion,
} from './authorizations/request.ts'
import { authorizationList, deletedAuthorization, updatedAuthorization } from './authorizations/respond.ts'
import { createTokens } from './create/decide.ts'
import { CreateCall, readCreate } from './create/request.ts'
import { createResponse } from './create/respond.ts'
import { endTokens } from './end/decide.ts'
import { readDelete, readRevoke, RevokeCall } from './end/request.ts'
import { revokeResponse } from './end/respond.ts'
import { listTokens } from './list/decide.ts'
import { readList, TokenListCall } from './list/request.ts'
import { listResponse } from './list/respond.ts'
import { updateToken } from './update/decide.ts'
import { readUpdate, UpdateCall } from './update/request.ts'
import { updateResponse } from './update/respond.ts'

const create = webApiRoute({
  endpoint: '/auth/token/create',
  type: 'tokenCreateResponse',
  role: 'manage',
  call: CreateCall,
  read: readCreate,
  decide: createTokens,
  respond: createResponse,
  errors: 'none',
})

const update = webApiRoute({
  endpoint: '/auth/token/update',
  type: 'tokenUpdateResponse',
  role: 'manage',
  call: UpdateCall,
  read: readUpdate,
  decide: updateToken,
  respond: updateResponse,
  errors: 'none',
})

const remove = managementRoute({
  endpoint: '/auth/token/delete',
  methods: ['DELETE'],
  read: readDelete,
  decide: endTokens,
  respond: () => undefined,
})

const revoke = managementRoute({
  endpoint: '/auth/token/revoke',
  methods: ['POST'],
  call: RevokeCall,
  read: readRevoke,
  decide: endTokens,
  respond: revokeResponse,
})

const list = managementRoute({
  endpoint: '/auth/token/get/list',
  methods: ['GET'],
  call: TokenListCall,
  read: readList,
  decide: listTokens,
  respond: listResponse,
})

const authorizationsList = managementRoute({
  endpoint: '/client/authorization/get/list',
  methods: ['GET', 'POST'],
  call: AuthorizationListCall,
  read: readAuthorizations,
  decide: listAuthorizations,
  respond: authorizationList,
})

const authorizationDelete = managementRoute({
  endpoint: '/client/authorization/delete',
  methods: ['DELETE'],
  call: AuthorizationDeleteCall,
  read: readDeletion,
  decide: deleteAuthorization,
  respond: deletedAuthorization,
})

const authorizationUpdate = managementRoute({
  endpoint: '/client/authorization/update',
  methods: ['POST'],
  call: AuthorizationChangeCall,
  read: readAuthorizationChange,
  decide: updateAuthorization,
  respond: updatedAuthorization,
})

export const routes: Routes = {
  '/api/auth/token/create': create,
  '/api/{serviceId}/auth/token/create': create,
  '/api/auth/token/update': update,
  '/api/{serviceId}/auth/token/update': update,
  '/api/auth/token/delete/{accessTokenIdentifier}': remove,
  '/api/{serviceId}/auth/token/delete/{accessTokenIdentifier}': remove,
  '/api/auth/token/revoke': revoke,
  '/api/{serviceId}/auth/token/revoke': revoke,
  '/api/auth/token/get/list': list,
  '/api/{serviceId}/auth/token/get/list': list,
  '/api/client/authorization/get/list': authorizationsList,
  '/api/{serviceId}/client/authorization/get/list': authorizationsList,
  '/api/{serviceId}/client/authorization/get/list/{subject}': authorizationsList,
  '/api/client/authorization/delete/{clientId}': authorizationDelete,
  '/api/{serviceId}/client/authorization/delete/{clientId}': authorizationDelete,
  '/api/{serviceId}/client/authorization/delete/{clientId}/{subject}': authorizationDelete,
  '/api/client/authorization/update/{clientId}': authorizationUpdate,
  '/api/{serviceId}/client/authorization/update/{clientId}': authorizationUpdate,
}
