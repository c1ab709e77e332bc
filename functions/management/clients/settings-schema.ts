import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { SettingRules } from '../../../shared/request/settings-body.ts'

const text = z.optional(z.string())
const tagged = z.optional(z.array(z.object({ tag: text, value: text })))
const yesOrNo = z.optional(z.boolean())

/** Settings that describe a client and decide nothing: stored and returned. */
export const CARRIED = {
  clientName: text,
  clientNames: tagged,
  description: text,
  descriptions: tagged,
  developer: text,
  applicationType: z.optional(z.enum(['WEB', 'NATIVE'])),
  subjectType: z.optional(z.enum(['PUBLIC'])),
  contacts: z.optional(z.array(z.string())),
  logoUri: text,
  logoUris: tagged,
  clientUri: text,
  clientUris: tagged,
  policyUri: text,
  policyUris: tagged,
  tosUri: text,
  tosUris: tagged,
  loginUri: text,
  softwareId: text,
  softwareVersion: text,
  organizationName: text,
  customMetadata: text,
  mtlsEndpointAliasesUsed: yesOrNo,
}

/** As a record carries them: they were of these types when they were stored. */
export type CarriedSettings = z.infer<z.ZodMiniObject<typeof CARRIED>>

/** RFC 7517 section 5. */
export const JwkSet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** Settings of Authlete's clients that nothing here reads. */
const NOT_OFFERED = [
  'authTimeRequired',
  'authorizationDetailsTypes',
  'authorizationEncryptionAlg',
  'authorizationEncryptionEnc',
  'authorizationSignAlg',
  'automaticallyRegistered',
  'bcDeliveryMode',
  'bcNotificationEndpoint',
  'bcRequestSignAlg',
  'bcUserCodeRequired',
  'clientRegistrationTypes',
  'credentialOfferEndpoint',
  'credentialResponseEncryptionRequired',
  'defaultAcrs',
  'defaultMaxAge',
  'digestAlgorithm',
  'dpopRequired',
  'entityId',
  'explicitlyRegistered',
  'fapiModes',
  'frontChannelRequestObjectEncryptionRequired',
  'idTokenEncryptionAlg',
  'idTokenEncryptionEnc',
  'idTokenSignAlg',
  'inScopeForTokenMigration',
  'parRequired',
  'requestEncryptionAlg',
  'requestEncryptionEnc',
  'requestObjectEncryptionAlgMatchRequired',
  'requestObjectEncryptionEncMatchRequired',
  'requestObjectRequired',
  'requestSignAlg',
  'requestUris',
  'responseModes',
  'rsRequestSigned',
  'rsSignedRequestKeyId',
  'sectorIdentifierUri',
  'signedJwksUri',
  'trustAnchorId',
  'trustChain',
  'userInfoEncryptionAlg',
  'userInfoEncryptionEnc',
  'userInfoSignAlg',
]

export const CLIENT_RULES: SettingRules = {
  notOffered: NOT_OFFERED,
  refuseNotOffered: (named) => new Refusal('client-setting-not-offered', { named }),
  refuseValue: (named) => new Refusal('client-value-unsupported', { named }),
  refuseType: (named) => new Refusal('member-wrong', { named }),
}
