import { managementRoute, type Route } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import {
  createClient,
  deleteClient,
  getClient,
  listClients,
  lockClient,
  updateClient,
} from './clients/endpoint.ts'
import { readClient, readClientNamed, readList, readLock, readSecret, readUpdate } from './clients/request.ts'
import {
  clientList,
  clientView,
  createdClient,
  refreshedSecret,
  updatedLock,
  updatedSecret,
} from './clients/response.ts'
import { refreshSecret, updateSecret } from './clients/secret.ts'

const create = managementRoute({
  endpoint: '/client/create',
  methods: ['POST'],
  read: readClient,
  decide: createClient,
  respond: createdClient,
})

const get = managementRoute({
  endpoint: '/client/get',
  methods: ['GET'],
  read: readClientNamed,
  decide: getClient,
  respond: clientView,
})

const list = managementRoute({
  endpoint: '/client/get/list',
  methods: ['GET'],
  read: readList,
  decide: listClients,
  respond: clientList,
})

const update = managementRoute({
  endpoint: '/client/update',
  methods: ['POST'],
  read: readUpdate,
  decide: updateClient,
  respond: clientView,
})

const remove = managementRoute({
  endpoint: '/client/delete',
  methods: ['DELETE'],
  read: readClientNamed,
  decide: deleteClient,
  respond: () => undefined,
})

const lock = managementRoute({
  endpoint: '/client/lock_flag/update',
  methods: ['POST'],
  read: readLock,
  decide: lockClient,
  respond: updatedLock,
})

const secretRefresh = managementRoute({
  endpoint: '/client/secret/refresh',
  methods: ['GET'],
  read: readClientNamed,
  decide: refreshSecret,
  respond: refreshedSecret,
})

const secretUpdate = managementRoute({
  endpoint: '/client/secret/update',
  methods: ['POST'],
  read: readSecret,
  decide: updateSecret,
  respond: updatedSecret,
})

export const routes: Routes = {
  ...inBothVersions('/client/create', create),
  ...inBothVersions('/client/get/{clientId}', get),
  ...inBothVersions('/client/get/list', list),
  ...inBothVersions('/client/update/{clientId}', update),
  ...inBothVersions('/client/delete/{clientId}', remove),
  ...inBothVersions('/client/lock_flag/update/{clientId}', lock),
  ...inBothVersions('/client/secret/refresh/{clientId}', secretRefresh),
  ...inBothVersions('/client/secret/update/{clientId}', secretUpdate),
}

/** v2 names the service in the credentials, v3 in the path (contract, section 1.1). */
function inBothVersions(path: string, route: Route): Routes {
  return { [`/api${path}`]: route, [`/api/{serviceId}${path}`]: route }
}
