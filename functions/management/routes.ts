import {
  deletionAccess,
  ownerAccess,
  roleAccess,
  roleOrOrganizationAccess,
  serviceOrOwnerAccess,
} from '../../shared/lambda/access.ts'
import { managementApi } from '../../shared/lambda/faces.ts'
import { notOfferedRoute } from '../../shared/lambda/not-offered.ts'
import { endpointOf, bothVersions, type Route, route, routesOf } from '../../shared/lambda/route.ts'
import { metadataOf, jwkSetOf } from '../../shared/metadata/metadata.ts'
import { listRecords } from './audit/decide.ts'
import { AuditListCall, readAuditList } from './audit/request.ts'
import { auditList } from './audit/respond.ts'
import { CERTIFICATE_ROUTES } from './certificates/routes.ts'
import * as clients from './clients/decide.ts'
import { explainCertificate } from './clients/explain.ts'
import { listClients } from './clients/list.ts'
import * as clientRequests from './clients/request.ts'
import * as clientAnswers from './clients/respond.ts'
import { refreshSecret, updateSecret } from './clients/secrets.ts'
import { findRequestedClient, readClientInPath } from './requested-client.ts'
import { createService, getService, listServices, updateService } from './services/decide.ts'
import { deleteService } from './services/deletion.ts'
import * as serviceRequests from './services/request.ts'
import * as serviceAnswers from './services/respond.ts'

/** A probe for everyone. It reads nothing and reveals nothing (Authlete contract, section 1.4). */
function probe(path: string, body: string): Route {
  const headers = { 'content-type': 'text/plain', 'cache-control': 'no-store' }
  return {
    endpoint: endpointOf(path),
    paths: [path],
    face: 'webApi',
    methods: ['GET'],
    access: 'everyone',
    answer: () => Promise.resolve({ response: { status: 200, headers, body }, outcome: 200 }),
  }
}

export const routes = routesOf(
  route({
    paths: bothVersions('/client/create'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.ClientSettings),
    read: clientRequests.readClient,
    decide: clients.createClient,
    respond: clientAnswers.createdClient,
  }),
  route({
    paths: bothVersions('/client/get/{clientId}'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-get'),
    decide: findRequestedClient,
    respond: clientAnswers.taggedClient,
  }),
  route({
    paths: bothVersions('/client/get/list'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.ClientListCall),
    read: clientRequests.readList,
    decide: listClients,
    respond: clientAnswers.clientList,
  }),
  route({
    paths: bothVersions('/client/certificate/explain'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.ExplanationCall),
    read: clientRequests.readExplanation,
    decide: explainCertificate,
    respond: clientAnswers.explanation,
  }),
  route({
    paths: bothVersions('/client/update/{clientId}'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.ClientSettings),
    read: clientRequests.readClientUpdate,
    decide: clients.updateClient,
    respond: clientAnswers.taggedClient,
  }),
  route({
    paths: bothVersions('/client/delete/{clientId}'),
    methods: ['DELETE'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-delete'),
    decide: clients.deleteClient,
    respond: () => undefined,
  }),
  route({
    paths: bothVersions('/client/lock_flag/update/{clientId}'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.LockCall),
    read: clientRequests.readLock,
    decide: clients.lockClient,
    respond: clientAnswers.updatedLock,
  }),
  route({
    paths: bothVersions('/client/secret/refresh/{clientId}'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-secret-refresh'),
    decide: refreshSecret,
    respond: clientAnswers.changedSecret('A148001', 'refreshed'),
  }),
  route({
    paths: bothVersions('/client/secret/update/{clientId}'),
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.SecretCall),
    read: clientRequests.readSecret,
    decide: updateSecret,
    respond: clientAnswers.changedSecret('A149001', 'updated'),
  }),
  route({
    paths: bothVersions('/client/extension/requestable_scopes/get/{clientId}'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-get'),
    decide: findRequestedClient,
    respond: clientAnswers.requestableScopes,
  }),
  route({
    paths: bothVersions('/client/extension/requestable_scopes/update/{clientId}'),
    methods: ['POST', 'PUT'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(clientRequests.RequestableScopesCall),
    read: clientRequests.readRequestableScopes,
    decide: clients.limitScopes,
    respond: clientAnswers.requestableScopes,
  }),
  route({
    paths: bothVersions('/client/extension/requestable_scopes/delete/{clientId}'),
    methods: ['DELETE'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: (http) => ({ ...readClientInPath()(http), scopes: undefined }),
    decide: clients.limitScopes,
    respond: () => undefined,
  }),
  route({
    paths: ['/api/service/create'],
    access: ownerAccess,
    face: managementApi(serviceRequests.ServiceSettings),
    read: serviceRequests.readCreation,
    decide: createService,
    respond: serviceAnswers.createdService,
  }),
  route({
    paths: ['/api/service/get/list'],
    methods: ['GET'],
    access: ownerAccess,
    face: managementApi(serviceRequests.ServiceListCall),
    read: serviceRequests.readServices,
    decide: listServices,
    respond: serviceAnswers.serviceList,
  }),
  route({
    paths: ['/api/service/get/{apiKey}', '/api/{serviceId}/service/get'],
    methods: ['GET'],
    access: serviceOrOwnerAccess,
    face: managementApi(),
    read: () => undefined,
    decide: getService,
    respond: serviceAnswers.foundService,
  }),
  route({
    paths: ['/api/service/update/{apiKey}', '/api/{serviceId}/service/update'],
    access: serviceOrOwnerAccess,
    face: managementApi(serviceRequests.ServiceSettings),
    read: serviceRequests.readServiceUpdate,
    decide: updateService,
    respond: serviceAnswers.changedService,
  }),
  route({
    paths: ['/api/service/delete/{apiKey}', '/api/{serviceId}/service/delete'],
    methods: ['DELETE'],
    access: deletionAccess,
    face: managementApi(),
    read: () => undefined,
    // Few calls end a service.
    decide: deleteService,
    respond: () => undefined,
  }),
  route({
    paths: bothVersions('/audit/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(AuditListCall),
    read: readAuditList,
    // Few calls ask for records of changes.
    decide: listRecords,
    respond: auditList,
  }),
  ...CERTIFICATE_ROUTES,
  route({
    paths: bothVersions('/service/configuration'),
    methods: ['GET', 'POST'],
    access: roleOrOrganizationAccess('introspect'),
    face: managementApi(serviceRequests.ConfigurationCall),
    read: serviceRequests.readConfigurationCall,
    decide: (_, { service }) => Promise.resolve(metadataOf(service)),
    respond: (document) => document,
  }),
  route({
    paths: bothVersions('/service/jwks/get'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('introspect'),
    face: managementApi(serviceRequests.JwksCall),
    read: serviceRequests.readJwksCall,
    decide: (_, { service }) => Promise.resolve(jwkSetOf(service)),
    respond: (document) => document,
  }),

  notOfferedRoute('/api/{proxy+}'),
  probe('/api/misc/echo', ''),
  probe('/api/lifecycle/healthcheck', 'OK'),
)
