import { byOwner, byRole, byServiceOrOwner } from '../../shared/lambda/access.ts'
import { managementApi } from '../../shared/lambda/faces.ts'
import { notOffered, probe } from '../../shared/lambda/open-routes.ts'
import { inBothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { jwkSetOf, metadataOf } from '../../shared/metadata/metadata.ts'
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

const PROBED = { 'content-type': 'text/plain', 'cache-control': 'no-store' }

export const routes = routesOf(
  route({
    paths: inBothVersions('/client/create'),
    access: byRole('manage'),
    face: managementApi(ClientSettings),
    read: readClient,
    decide: createClient,
    respond: createdClient,
  }),
  route({
    paths: inBothVersions('/client/get/{clientId}'),
    methods: ['GET'],
    access: byRole('manage'),
    face: managementApi(),
    read: readClientNamed,
    decide: getClient,
    respond: clientView,
  }),
  route({
    paths: inBothVersions('/client/get/list'),
    methods: ['GET'],
    access: byRole('manage'),
    face: managementApi(ClientListCall),
    read: readList,
    decide: listClients,
    respond: clientList,
  }),
  route({
    paths: inBothVersions('/client/update/{clientId}'),
    access: byRole('manage'),
    face: managementApi(ClientSettings),
    read: readUpdate,
    decide: updateClient,
    respond: clientView,
  }),
  route({
    paths: inBothVersions('/client/delete/{clientId}'),
    methods: ['DELETE'],
    access: byRole('manage'),
    face: managementApi(),
    read: readClientNamed,
    decide: deleteClient,
    respond: () => undefined,
  }),
  route({
    paths: inBothVersions('/client/lock_flag/update/{clientId}'),
    access: byRole('manage'),
    face: managementApi(LockCall),
    read: readLock,
    decide: lockClient,
    respond: updatedLock,
  }),
  route({
    paths: inBothVersions('/client/secret/refresh/{clientId}'),
    methods: ['GET'],
    access: byRole('manage'),
    face: managementApi(),
    read: readClientNamed,
    decide: refreshSecret,
    respond: refreshedSecret,
  }),
  route({
    paths: inBothVersions('/client/secret/update/{clientId}'),
    access: byRole('manage'),
    face: managementApi(SecretCall),
    read: readSecret,
    decide: updateSecret,
    respond: updatedSecret,
  }),
  route({
    paths: ['/api/service/create'],
    access: byOwner,
    face: managementApi(ServiceSettings),
    read: readNew,
    decide: createService,
    respond: createdService,
  }),
  route({
    paths: ['/api/service/get/list'],
    methods: ['GET'],
    access: byOwner,
    face: managementApi(ServiceListCall),
    read: readServices,
    decide: listServices,
    respond: serviceList,
  }),
  route({
    paths: ['/api/service/get/{apiKey}', '/api/{serviceId}/service/get'],
    methods: ['GET'],
    access: byServiceOrOwner,
    face: managementApi(),
    read: () => undefined,
    decide: getService,
    respond: (service) => serviceView(service),
  }),
  route({
    paths: ['/api/service/update/{apiKey}', '/api/{serviceId}/service/update'],
    access: byServiceOrOwner,
    face: managementApi(ServiceSettings),
    read: readChange,
    decide: updateService,
    respond: changedService,
  }),
  route({
    paths: ['/api/service/delete/{apiKey}', '/api/{serviceId}/service/delete'],
    methods: ['DELETE'],
    access: byServiceOrOwner,
    face: managementApi(),
    read: () => undefined,
    decide: deleteService,
    respond: () => undefined,
  }),
  route({
    paths: inBothVersions('/service/configuration'),
    methods: ['GET'],
    access: byRole('introspect'),
    face: managementApi(ConfigurationCall),
    read: readConfigurationCall,
    decide: (_, { service }) => Promise.resolve(service),
    respond: metadataOf,
  }),
  route({
    paths: inBothVersions('/service/jwks/get'),
    methods: ['GET'],
    access: byRole('introspect'),
    face: managementApi(JwksCall),
    read: readJwksCall,
    decide: (_, { service }) => Promise.resolve(service),
    respond: jwkSetOf,
  }),

  notOffered('/api/{proxy+}'),
  probe('/api/misc/echo', { status: 200, headers: PROBED, body: '' }),
  probe('/api/lifecycle/healthcheck', { status: 200, headers: PROBED, body: 'OK' }),
)
