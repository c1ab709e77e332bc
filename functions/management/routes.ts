import { managementRoute, ownerRoute, serviceRoute } from '../../shared/lambda/face.ts'
import { notOfferedRoute, probeRoute } from '../../shared/lambda/open-routes.ts'
import type { Route } from '../../shared/lambda/route.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { jwkSet, metadata } from '../../shared/metadata/metadata.ts'
import {
  createClient,
  deleteClient,
  getClient,
  listClients,
  lockClient,
  updateClient,
} from './clients/decide.ts'
import {
  ClientSettings,
  ClientListCall,
  LockCall,
  readClient,
  readClientNamed,
  readList,
  readLock,
  readSecret,
  readUpdate,
  SecretCall,
} from './clients/request.ts'
import {
  clientList,
  clientView,
  createdClient,
  refreshedSecret,
  updatedLock,
  updatedSecret,
} from './clients/respond.ts'
import { refreshSecret, updateSecret } from './clients/secret.ts'
import { createService, deleteService, getService, listServices, updateService } from './services/decide.ts'
import {
  ConfigurationCall,
  JwksCall,
  ServiceListCall,
  readChange,
  readConfigurationCall,
  readJwksCall,
  readNew,
  readServices,
  ServiceSettings,
} from './services/request.ts'
import { changedService, createdService, serviceList, serviceView } from './services/respond.ts'

const create = managementRoute({
  endpoint: '/client/create',
  methods: ['POST'],
  call: ClientSettings,
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
  call: ClientListCall,
  read: readList,
  decide: listClients,
  respond: clientList,
})

const update = managementRoute({
  endpoint: '/client/update',
  methods: ['POST'],
  call: ClientSettings,
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
  call: LockCall,
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
  call: SecretCall,
  read: readSecret,
  decide: updateSecret,
  respond: updatedSecret,
})

const serviceCreate = ownerRoute({
  endpoint: '/service/create',
  methods: ['POST'],
  call: ServiceSettings,
  read: readNew,
  decide: createService,
  respond: createdService,
})

const serviceGetList = ownerRoute({
  endpoint: '/service/get/list',
  methods: ['GET'],
  call: ServiceListCall,
  read: readServices,
  decide: listServices,
  respond: serviceList,
})

const serviceGet = serviceRoute({
  endpoint: '/service/get',
  methods: ['GET'],
  read: () => undefined,
  decide: getService,
  respond: (service) => serviceView(service),
})

const serviceUpdate = serviceRoute({
  endpoint: '/service/update',
  methods: ['POST'],
  call: ServiceSettings,
  read: readChange,
  decide: updateService,
  respond: changedService,
})

const serviceDelete = serviceRoute({
  endpoint: '/service/delete',
  methods: ['DELETE'],
  read: () => undefined,
  decide: deleteService,
  respond: () => undefined,
})

/** For every caller of the Web API: the documents are public. */
const configuration = managementRoute(
  {
    endpoint: '/service/configuration',
    methods: ['GET'],
    call: ConfigurationCall,
    read: readConfigurationCall,
    decide: (_, service) => Promise.resolve(service),
    respond: metadata,
  },
  'introspect',
)

const jwks = managementRoute(
  {
    endpoint: '/service/jwks/get',
    methods: ['GET'],
    call: JwksCall,
    read: readJwksCall,
    decide: (_, service) => Promise.resolve(service),
    respond: jwkSet,
  },
  'introspect',
)

const PROBED = { 'content-type': 'text/plain', 'cache-control': 'no-store' }
const echo = probeRoute('/misc/echo', { status: 200, headers: PROBED, body: '' })
const healthcheck = probeRoute('/lifecycle/healthcheck', { status: 200, headers: PROBED, body: 'OK' })

export const routes: Routes = {
  ...inBothVersions('/client/create', create),
  ...inBothVersions('/client/get/{clientId}', get),
  ...inBothVersions('/client/get/list', list),
  ...inBothVersions('/client/update/{clientId}', update),
  ...inBothVersions('/client/delete/{clientId}', remove),
  ...inBothVersions('/client/lock_flag/update/{clientId}', lock),
  ...inBothVersions('/client/secret/refresh/{clientId}', secretRefresh),
  ...inBothVersions('/client/secret/update/{clientId}', secretUpdate),
  ...inBothVersions('/service/configuration', configuration),
  ...inBothVersions('/service/jwks/get', jwks),
  '/api/service/create': serviceCreate,
  '/api/service/get/list': serviceGetList,
  '/api/service/get/{apiKey}': serviceGet,
  '/api/{serviceId}/service/get': serviceGet,
  '/api/service/update/{apiKey}': serviceUpdate,
  '/api/{serviceId}/service/update': serviceUpdate,
  '/api/service/delete/{apiKey}': serviceDelete,
  '/api/{serviceId}/service/delete': serviceDelete,
  '/api/{proxy+}': notOfferedRoute('/api'),
  '/api/misc/echo': echo,
  '/api/lifecycle/healthcheck': healthcheck,
}

/** v2 names the service in the credentials, v3 in the path (Authlete contract, section 1.1). */
function inBothVersions(path: string, route: Route): Routes {
  return { [`/api${path}`]: route, [`/api/{serviceId}${path}`]: route }
}
