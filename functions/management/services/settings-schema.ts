import * as z from 'zod/mini'
import { Refusal } from '../../../shared/oauth/refusal.ts'
import type { SettingRules } from '../../../shared/oauth/settings-body.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'

const text = z.string()
const texts = z.array(z.string())
const methods = z.array(z.enum(TOKEN_AUTH_METHODS))
const number = z.number()
const pairs = z.array(z.object({ key: z.optional(z.string()), value: z.optional(z.string()) }))

/** Settings that describe a service, or concern endpoints of the front end, and decide nothing: stored and returned. */
export const CARRIED = {
  description: text,
  metadata: pairs,
  policyUri: text,
  tosUri: text,
  serviceDocumentation: text,
  userInfoEndpoint: text,
  registrationEndpoint: text,
  pushedAuthReqEndpoint: text,
  endSessionEndpoint: text,
  supportedDisplays: z.array(z.enum(['PAGE', 'POPUP', 'TOUCH', 'WAP'])),
  supportedUiLocales: texts,
  supportedClaims: texts,
  supportedClaimTypes: z.array(z.enum(['NORMAL', 'AGGREGATED', 'DISTRIBUTED'])),
  supportedClaimLocales: texts,
  supportedAcrs: texts,
  supportedRevocationAuthMethods: methods,
  supportedIntrospectionAuthMethods: methods,
  clientsPerDeveloper: number,
  idTokenDuration: number,
  pushedAuthReqDuration: number,
  authorizationResponseDuration: number,
  allowableClockSkew: number,
  backchannelAuthReqIdDuration: number,
  backchannelPollingInterval: number,
  deviceFlowCodeDuration: number,
  deviceFlowPollingInterval: number,
}

/** As a record carries them: they were of these types when they were stored. */
export type CarriedSettings = Partial<z.infer<z.ZodMiniObject<typeof CARRIED>>>

/** Settings of Authlete's services that nothing here reads. */
const NOT_OFFERED = [
  'accessTokenForExternalAttachmentEmbedded',
  'accessTokenPersistent',
  'backchannelBindingMessageRequiredInFapi',
  'claimShortcutRestrictive',
  'clientAssertionAudRestrictedToIssuer',
  'dcrDuplicateSoftwareIdBlocked',
  'dcrScopeUsedAsRequestable',
  'directAuthorizationEndpointEnabled',
  'directIntrospectionEndpointEnabled',
  'directJwksEndpointEnabled',
  'directRevocationEndpointEnabled',
  'directTokenEndpointEnabled',
  'directUserInfoEndpointEnabled',
  'dpopNonceRequired',
  'dynamicRegistrationSupported',
  'fapiModes',
  'federationEnabled',
  'frontChannelRequestObjectEncryptionRequired',
  'grantManagementActionRequired',
  'hsmEnabled',
  'idTokenReissuable',
  'idTokenSignatureKeyId',
  'introspectionSignatureKeyId',
  'jwtGrantByIdentifiableClientsOnly',
  'loopbackRedirectionUriVariable',
  'missingClientIdAllowed',
  'mutualTlsValidatePkiCertChain',
  'nativeSsoSupported',
  'openidDroppedOnRefreshWithoutOfflineAccess',
  'parRequired',
  'requestObjectAudienceChecked',
  'requestObjectEncryptionAlgMatchRequired',
  'requestObjectEncryptionEncMatchRequired',
  'requestObjectRequired',
  'resourceSignatureKeyId',
  'rsResponseSigned',
  'supportedAuthorizationDetailsTypes',
  'supportedServiceProfiles',
  'tokenBatchNotificationEndpoint',
  'tokenExchangeByConfidentialClientsOnly',
  'tokenExchangeByIdentifiableClientsOnly',
  'tokenExchangeByPermittedClientsOnly',
  'traditionalRequestObjectProcessingApplied',
  'trustedRootCertificates',
  'userInfoSignatureKeyId',
  'verifiableCredentialsEnabled',
]

export const SERVICE_RULES: SettingRules = {
  notOffered: NOT_OFFERED,
  refuseNotOffered: (named) => new Refusal('service-setting-not-offered', { named }),
  refuseValue: (named) => new Refusal('service-value-unsupported', { named }),
  refuseType: (named) => new Refusal('member-wrong', { named }),
}
