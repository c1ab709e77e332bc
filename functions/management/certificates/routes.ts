import { roleAccess, roleOrOrganizationAccess } from '../../../shared/lambda/access.ts'
import { managementApi } from '../../../shared/lambda/faces.ts'
import { bothVersions, type Route, route } from '../../../shared/lambda/route.ts'
import { readClientInPath } from '../requested-client.ts'
import * as requests from './request.ts'
import * as answers from './respond.ts'

/** Few calls are about certificates in use, so their decisions load on demand. */
export const CERTIFICATE_ROUTES: readonly Route[] = [
  route({
    paths: bothVersions('/certificate/revoke'),
    access: roleAccess('manage'),
    face: managementApi(requests.RevokeCall),
    read: requests.readRevoke,
    decide: async (request, call) => (await import('./revoke.ts')).revokeCertificates(request, call),
    respond: answers.revokeResponse,
  }),
  route({
    paths: bothVersions('/certificate/release'),
    access: roleAccess('manage'),
    face: managementApi(requests.ReleaseCall),
    read: requests.readRelease,
    decide: async (request, call) => (await import('./revoke.ts')).releaseCertificates(request, call),
    respond: answers.releaseResponse,
  }),
  route({
    paths: bothVersions('/certificate/revocation/get'),
    methods: ['GET', 'POST'],
    access: roleAccess('manage'),
    face: managementApi(requests.RevocationCall),
    read: requests.readRevocationCall,
    decide: async (request, call) => (await import('./list.ts')).findRevocations(request, call),
    respond: answers.revocationResponse,
  }),
  route({
    paths: bothVersions('/certificate/revocation/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readCertificatePage,
    decide: async (request, call) => (await import('./list.ts')).listRevocations(request, call),
    respond: answers.revocationListResponse,
  }),
  route({
    paths: bothVersions('/certificate/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readCertificatePage,
    decide: async (request, call) => (await import('./list.ts')).listServiceCertificates(request, call),
    respond: answers.certificateList,
  }),
  route({
    paths: bothVersions('/certificate/renewal/get'),
    methods: ['GET', 'POST'],
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: async (request, call) => (await import('./renewals.ts')).findRenewal(request, call),
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalPageCall),
    read: requests.readRenewalPage,
    decide: async (request, call) => (await import('./renewals.ts')).listRenewals(request, call),
    respond: answers.renewalList,
  }),
  route({
    paths: bothVersions('/certificate/renewal/veto'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: async (request, call) => (await import('./renewals.ts')).vetoRenewal(request, call),
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/end'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: async (request, call) => (await import('./renewals.ts')).endRenewal(request, call),
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/approve'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: async (request, call) => (await import('./renewals.ts')).approveRenewal(request, call),
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/client/certificates/get/list/{clientId}'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readClientCertificatePage,
    decide: async (request, call) => (await import('./list.ts')).listClientCertificates(request, call),
    respond: answers.certificateList,
  }),
  route({
    paths: bothVersions('/client/certificates/delete/{clientId}'),
    methods: ['DELETE'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-delete'),
    decide: async (request, call) => (await import('./list.ts')).eraseClientCertificates(request, call),
    respond: () => undefined,
  }),
]
