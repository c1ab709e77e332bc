import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { SettingRules } from '../../../shared/request/settings-body.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

const text = z.string()
const texts = z.array(z.string())
const methods = z.array(z.enum(TOKEN_AUTH_METHODS))
const number = z.number()
const pairs = z.array(z.object({ key: z.optional(z.string()), value: z.optional(z.string()) }))

/** The settings of a service that name one of its keys. */
export const KEY_SETTINGS = [
  'accessTokenSignatureKeyId',
  'introspectionSignatureKeyId',
  'idTokenSignatureKeyId',
  'userInfoSignatureKeyId',
] as const

/** Settings that are stored and returned but have no effect. They describe the service or endpoints of the front end. */
export const CARRIED_BY_SERVICES = {
  description: text,
  metadata: pairs,
  policyUri: text,
  tosUri: text,
  serviceDocumentation: text,
  registrationEndpoint: text,
  registrationManagementEndpoint: text,
  backchannelAuthenticationEndpoint: text,
  deviceAuthorizationEndpoint: text,
  deviceVerificationUri: text,
  deviceVerificationUriComplete: text,
  federationRegistrationEndpoint: text,
  grantManagementEndpoint: text,
  organizationName: text,
  endSessionEndpoint: text,
  supportedDisplays: z.array(z.enum(['PAGE', 'POPUP', 'TOUCH', 'WAP'])),
  supportedUiLocales: texts,
  supportedClaimTypes: z.array(z.enum(['NORMAL', 'AGGREGATED', 'DISTRIBUTED'])),
  supportedClaimLocales: texts,
  supportedRevocationAuthMethods: methods,
  supportedIntrospectionAuthMethods: methods,
  clientsPerDeveloper: number,
  authorizationResponseDuration: number,
  allowableClockSkew: number,
  backchannelAuthReqIdDuration: number,
  backchannelPollingInterval: number,
  deviceFlowCodeDuration: number,
  deviceFlowPollingInterval: number,
  federationConfigurationDuration: number,
  cnonceDuration: number,
  credentialDuration: number,
  credentialOfferDuration: number,
  credentialTransactionDuration: number,
  dpopNonceDuration: number,
  userCodeLength: number,
  userPinLength: number,
}

/** The type of `carried` in a record. The values were checked before they were stored. */
export type CarriedByService = Partial<z.infer<z.ZodMiniObject<typeof CARRIED_BY_SERVICES>>>

/** Settings of Authlete that certbound does not support, by feature. */
const NOT_OFFERED = [
  // OpenID Connect
  ...['claimShortcutRestrictive', 'idTokenAudType', 'idTokenReissuable'],
  ...['nativeSsoSupported', 'openidDroppedOnRefreshWithoutOfflineAccess', 'supportedPromptValues'],
  // Verified claims
  ...['accessTokenForExternalAttachmentEmbedded', 'predefinedTransformedClaims', 'supportedAttachments'],
  ...['supportedDigestAlgorithms', 'supportedDocuments', 'supportedDocumentsCheckMethods'],
  ...['supportedDocumentsMethods', 'supportedDocumentsValidationMethods'],
  ...['supportedDocumentsVerificationMethods', 'supportedElectronicRecords', 'supportedEvidence'],
  ...['supportedIdentityDocuments', 'supportedTrustFrameworks', 'supportedVerificationMethods'],
  ...['supportedVerifiedClaims', 'verifiedClaimsValidationSchemaSet'],
  // CIBA and the device flow
  ...['backchannelBindingMessageRequiredInFapi', 'backchannelUserCodeParameterSupported'],
  ...['supportedBackchannelTokenDeliveryModes', 'userCodeCharset'],
  // Request objects and FAPI modes
  ...['authorizationSignatureKeyId', 'clientAssertionAudRestrictedToIssuer'],
  ...['fapiModes', 'frontChannelRequestObjectEncryptionRequired', 'nbfOptional'],
  ...['requestObjectAudienceChecked', 'requestObjectEncryptionAlgMatchRequired'],
  ...['requestObjectEncryptionEncMatchRequired', 'requestObjectRequired', 'resourceSignatureKeyId'],
  ...['rsResponseSigned', 'supportedServiceProfiles', 'traditionalRequestObjectProcessingApplied'],
  // Federation and registration by the client
  ...['authorityHints', 'dcrDuplicateSoftwareIdBlocked', 'dcrScopeUsedAsRequestable'],
  ...['dynamicRegistrationSupported', 'federationEnabled', 'federationJwks', 'federationSignatureKeyId'],
  ...['signedJwksUri', 'supportedClientRegistrationTypes', 'supportedCustomClientMetadata', 'trustAnchors'],
  ...['unauthorizedOnClientConfigSupported'],
  // Verifiable credentials
  ...['credentialIssuerMetadata', 'credentialJwks', 'credentialJwksUri', 'oid4vciVersion'],
  ...['preAuthorizedGrantAnonymousAccessSupported', 'verifiableCredentialsEnabled'],
  // Token exchange and JWT grants
  ...['jwtGrantByIdentifiableClientsOnly', 'jwtGrantEncryptedJwtRejected', 'jwtGrantUnsignedJwtRejected'],
  ...['tokenExchangeByConfidentialClientsOnly', 'tokenExchangeByIdentifiableClientsOnly'],
  ...['tokenExchangeByPermittedClientsOnly', 'tokenExchangeEncryptedJwtRejected'],
  ...['tokenExchangeUnsignedJwtRejected'],
  // Authlete's own endpoints, callbacks and keys
  ...['authenticationCallbackApiKey', 'authenticationCallbackApiSecret', 'authenticationCallbackEndpoint'],
  ...['developerAuthenticationCallbackApiKey', 'developerAuthenticationCallbackApiSecret'],
  ...['developerAuthenticationCallbackEndpoint', 'directAuthorizationEndpointEnabled'],
  ...['directIntrospectionEndpointEnabled', 'directJwksEndpointEnabled', 'directRevocationEndpointEnabled'],
  ...['directTokenEndpointEnabled', 'directUserInfoEndpointEnabled', 'hsks', 'hsmEnabled', 'snsCredentials'],
  ...['supportedSnses', 'tokenBatchNotificationEndpoint'],
  // Others
  ...['accessTokenPersistent', 'grantManagementActionRequired', 'loopbackRedirectionUriVariable'],
  ...['missingClientIdAllowed', 'supportedAuthorizationDetailsTypes'],
].sort()

export const SERVICE_RULES: SettingRules = {
  notOffered: NOT_OFFERED,
  refuseNotOffered: (named) => new Refusal('service-setting-not-offered', { named }),
  refuseValue: (named) => new Refusal('service-value-unsupported', { named }),
}
