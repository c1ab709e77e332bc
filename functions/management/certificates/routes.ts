import { roleAccess, roleOrOrganizationAccess } from '../../../shared/lambda/access.ts'
import { managementApi } from '../../../shared/lambda/faces.ts'
import { bothVersions, type Route, route } from '../../../shared/lambda/route.ts'
import { readClientInPath } from '../requested-client.ts'
import {
  eraseClientCertificates,
  findRevocations,
  listClientCertificates,
  listRevocations,
  listServiceCertificates,
} from './list.ts'
import * as requests from './request.ts'
import * as answers from './respond.ts'
import { approveRenewal, endRenewal, findRenewal, listRenewals, vetoRenewal } from './renewals.ts'
import { releaseCertificates, revokeCertificates } from './revoke.ts'

export const CERTIFICATE_ROUTES: readonly Route[] = [
  route({
    paths: bothVersions('/certificate/revoke'),
    access: roleAccess('manage'),
    face: managementApi(requests.RevokeCall),
    read: requests.readRevoke,
    decide: revokeCertificates,
    respond: answers.revokeResponse,
  }),
  route({
    paths: bothVersions('/certificate/release'),
    access: roleAccess('manage'),
    face: managementApi(requests.ReleaseCall),
    read: requests.readRelease,
    decide: releaseCertificates,
    respond: answers.releaseResponse,
  }),
  route({
    paths: bothVersions('/certificate/revocation/get'),
    methods: ['GET', 'POST'],
    access: roleAccess('manage'),
    face: managementApi(requests.RevocationCall),
    read: requests.readRevocationCall,
    decide: findRevocations,
    respond: answers.revocationResponse,
  }),
  route({
    paths: bothVersions('/certificate/revocation/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readCertificatePage,
    decide: listRevocations,
    respond: answers.revocationListResponse,
  }),
  route({
    paths: bothVersions('/certificate/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readCertificatePage,
    decide: listServiceCertificates,
    respond: answers.certificateList,
  }),
  route({
    paths: bothVersions('/certificate/renewal/get'),
    methods: ['GET', 'POST'],
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: findRenewal,
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalPageCall),
    read: requests.readRenewalPage,
    decide: listRenewals,
    respond: answers.renewalList,
  }),
  route({
    paths: bothVersions('/certificate/renewal/veto'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: vetoRenewal,
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/end'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: endRenewal,
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/renewal/approve'),
    access: roleAccess('manage'),
    face: managementApi(requests.RenewalCall),
    read: requests.readRenewalCall,
    decide: approveRenewal,
    respond: answers.renewalView,
  }),
  route({
    paths: bothVersions('/certificate/source/get/list'),
    methods: ['GET'],
    access: roleAccess('manage'),
    face: managementApi(),
    read: () => undefined,
    decide: async (request, call) => (await import('./list.ts')).listSources(request, call),
    respond: answers.sourceList,
  }),
  route({
    paths: bothVersions('/client/certificates/get/list/{clientId}'),
    methods: ['GET'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(requests.CertificatePageCall),
    read: requests.readClientCertificatePage,
    decide: listClientCertificates,
    respond: answers.certificateList,
  }),
  route({
    paths: bothVersions('/client/certificates/delete/{clientId}'),
    methods: ['DELETE'],
    access: roleOrOrganizationAccess('manage'),
    face: managementApi(),
    read: readClientInPath('client-unknown-at-delete'),
    decide: eraseClientCertificates,
    respond: () => undefined,
  }),
]
