import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { SettingRules } from '../../../shared/request/settings-body.ts'

const text = z.string()
const taggedTexts = z.array(z.object({ tag: z.optional(text), value: z.optional(text) }))

/** Settings that are stored and returned but have no effect. They describe the client. */
export const CARRIED_BY_CLIENTS = {
  clientNames: taggedTexts,
  description: text,
  descriptions: taggedTexts,
  developer: text,
  applicationType: z.enum(['WEB', 'NATIVE']),
  subjectType: z.enum(['PUBLIC']),
  contacts: z.array(text),
  logoUri: text,
  logoUris: taggedTexts,
  clientUri: text,
  clientUris: taggedTexts,
  policyUri: text,
  policyUris: taggedTexts,
  tosUri: text,
  tosUris: taggedTexts,
  loginUri: text,
  softwareId: text,
  softwareVersion: text,
  organizationName: text,
  customMetadata: text,
  mtlsEndpointAliasesUsed: z.boolean(),
}

/** The type of `carried` in a record. The values were checked before they were stored. */
export type CarriedByClient = Partial<z.infer<z.ZodMiniObject<typeof CARRIED_BY_CLIENTS>>>

/** RFC 7517 section 5. */
export const ClientJwkSet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** Settings of Authlete that certbound does not support, by feature. */
const NOT_OFFERED = [
  // OpenID Connect
  ...['idTokenEncryptionAlg', 'idTokenEncryptionEnc'],
  ...['sectorIdentifierUri', 'userInfoEncryptionAlg', 'userInfoEncryptionEnc'],
  // CIBA
  ...['bcDeliveryMode', 'bcNotificationEndpoint', 'bcRequestSignAlg', 'bcUserCodeRequired'],
  // Request objects and signed responses
  ...['authorizationEncryptionAlg', 'authorizationEncryptionEnc', 'authorizationSignAlg', 'digestAlgorithm'],
  ...['fapiModes', 'frontChannelRequestObjectEncryptionRequired'],
  ...['requestEncryptionAlg', 'requestEncryptionEnc', 'requestObjectEncryptionAlgMatchRequired'],
  ...['requestObjectEncryptionEncMatchRequired', 'requestObjectRequired', 'requestSignAlg', 'requestUris'],
  ...['responseModes', 'rsRequestSigned', 'rsSignedRequestKeyId'],
  // Federation and registration by the client
  ...['automaticallyRegistered', 'clientRegistrationTypes', 'entityId', 'explicitlyRegistered'],
  ...['signedJwksUri', 'trustAnchorId', 'trustChain'],
  // Verifiable credentials, authorization details and others
  ...['authorizationDetailsTypes', 'credentialOfferEndpoint', 'credentialResponseEncryptionRequired'],
  ...['inScopeForTokenMigration'],
].sort()

export const CLIENT_RULES: SettingRules = {
  notOffered: NOT_OFFERED,
  refuseNotOffered: (named) => new Refusal('client-setting-not-offered', { named }),
  refuseValue: (named) => new Refusal('client-value-unsupported', { named }),
}
