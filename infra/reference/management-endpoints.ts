import { AuditListAnswer } from '../../functions/management/audit/answer-schema.ts'
import * as certificates from '../../functions/management/certificates/answer-schema.ts'
import * as clients from '../../functions/management/clients/answer-schema.ts'
import * as services from '../../functions/management/services/answer-schema.ts'
import { Metadata, PublicJwkSet } from '../../shared/metadata/metadata-schema.ts'

/** The part of ENDPOINTS about clients and services. */
export const MANAGEMENT_ENDPOINTS = {
  '/client/create': { summary: 'Creates a client.', answer: clients.CreatedClientAnswer, jsonOnly: true },
  '/client/get': { summary: 'Reads a client.', answer: clients.ClientAnswer, tagged: true },
  '/client/get/list': { summary: 'Lists the clients of the service.', answer: clients.ClientListAnswer },
  '/client/certificate/explain': {
    summary:
      'Finds the clients that a certificate would authenticate, and the rule that refuses it for the other clients.',
    answer: clients.ExplanationAnswer,
    required: ['clientCertificate'],
  },
  '/certificate/revoke': {
    summary: 'Revokes certificates, or holds them. Their tokens are refused in the next call.',
    answer: certificates.RevokeAnswer,
  },
  '/certificate/release': {
    summary: 'Lifts holds of certificates. Their tokens are valid again.',
    answer: certificates.ReleaseAnswer,
  },
  '/certificate/revocation/get': {
    summary: 'Reads the revocations of a certificate, by their sources.',
    answer: certificates.RevocationAnswer,
  },
  '/certificate/revocation/get/list': {
    summary: 'Lists the revoked certificates of the service.',
    answer: certificates.RevocationListAnswer,
  },
  '/certificate/renewal/get': {
    summary: 'Reads the announced renewal of a client certificate.',
    answer: certificates.RenewalAnswer,
    required: ['clientIdentifier', 'thumbprint'],
  },
  '/certificate/renewal/get/list': {
    summary: 'Lists the announced renewals of a client, or of the service by client, the latest first.',
    answer: certificates.RenewalListAnswer,
  },
  '/certificate/renewal/veto': {
    summary: 'Ends a renewal, and refuses the same announcement for good. Grants that have moved stay moved.',
    answer: certificates.RenewalAnswer,
    required: ['clientIdentifier', 'thumbprint'],
  },
  '/certificate/renewal/end': {
    summary: 'Ends a renewal. The client may announce another certificate, or the same one again.',
    answer: certificates.RenewalAnswer,
    required: ['clientIdentifier', 'thumbprint'],
  },
  '/certificate/renewal/approve': {
    summary: 'Lets a renewal take effect at once.',
    answer: certificates.RenewalAnswer,
    required: ['clientIdentifier', 'thumbprint'],
  },
  '/certificate/source/get/list': {
    summary: 'Lists the revocation lists of CAs that the deployment reads. The call is for every service.',
    answer: certificates.SourceListAnswer,
  },
  '/certificate/get/list': {
    summary: 'Lists the certificates to which tokens of the service are bound, by the end of their validity.',
    answer: certificates.CertificateListAnswer,
  },
  '/client/certificates/get/list': {
    summary: 'Lists the certificates to which tokens of a client are bound, by the end of their validity.',
    answer: certificates.CertificateListAnswer,
  },
  '/client/certificates/delete': {
    summary: 'Ends all tokens of a client, and erases the notes of its certificates.',
    answer: 'nothing',
  },
  '/client/update': {
    summary: 'Replaces the settings of a client. Absent settings get their defaults.',
    answer: clients.ClientAnswer,
    tagged: true,
    jsonOnly: true,
  },
  '/client/delete': { summary: 'Deletes a client and all its tokens.', answer: 'nothing' },
  '/client/lock_flag/update': {
    summary: 'Locks or unlocks a client with immediate effect.',
    answer: clients.LockAnswer,
    required: ['clientLocked'],
  },
  '/client/secret/refresh': { summary: 'Generates a new secret for a client.', answer: clients.SecretAnswer },
  '/client/secret/update': {
    summary: 'Sets the secret of a client.',
    answer: clients.SecretAnswer,
    required: ['clientSecret'],
  },
  '/client/extension/requestable_scopes/get': {
    summary: 'Reads the scopes that a client may request.',
    answer: clients.RequestableScopesAnswer,
  },
  '/client/extension/requestable_scopes/update': {
    summary: 'Limits the scopes that a client may request. If the member is absent, the limit is removed.',
    answer: clients.RequestableScopesAnswer,
    jsonOnly: true,
  },
  '/client/extension/requestable_scopes/delete': {
    summary: 'Lets a client request all scopes of the service.',
    answer: 'nothing',
  },

  '/audit/get/list': {
    summary: 'Lists the records of changes of the service, the newest first.',
    answer: AuditListAnswer,
  },

  '/service/create': {
    summary: 'Creates a service.',
    answer: services.CreatedServiceAnswer,
    required: ['issuer'],
    jsonOnly: true,
  },
  '/service/get': { summary: 'Reads a service.', answer: services.ServiceAnswer, tagged: true },
  '/service/get/list': { summary: 'Lists all services.', answer: services.ServiceListAnswer },
  '/service/update': {
    summary: 'Changes a service. Absent settings do not change; `null` sets the default.',
    answer: services.ServiceAnswer,
    tagged: true,
    jsonOnly: true,
  },
  '/service/delete': {
    summary: 'Deletes a service, its clients and its keys. Repeat the call while the answer is 503.',
    answer: 'nothing',
  },
  '/service/configuration': {
    summary: 'Reads the authorization server metadata of the service (RFC 8414).',
    answer: Metadata,
  },
  '/service/jwks/get': { summary: 'Reads the public keys of the service (RFC 7517).', answer: PublicJwkSet },
} as const
