import { html } from '../../../markup.ts'
import type { ConsoleRequest, Route } from '../../page.ts'
import { FIELDS } from '../../settings/fields.ts'
import {
  namesIn,
  type Read,
  type SettingsPage,
  settingsRoutes,
  sortedByLabel,
  type Source,
} from '../../settings/settings-page.ts'
import { keysOf } from '../../settings/registered.ts'
import { aboutProfile, profileNotes, refusedClients, REQUIRED_SETTINGS, setProfile } from './profile.ts'

const serviceId = ({ params }: ConsoleRequest) => params['serviceId'] ?? ''

/** The record of the service, which is read for every page. */
export const readOf = ({ service }: ConsoleRequest): Read => ({
  record: service?.record ?? {},
  etag: service?.answer.etag,
})

/** Why a form of an older version of the service changes nothing. */
export const SERVICE_CHANGED =
  'Somebody else changed the service after you opened this page. The page now shows the current version.'

export const SERVICE_SOURCE: Source = {
  kind: 'service',
  needs: 'service',
  read: readOf,
  updatePath: () => '/service/update',
  crumbs: (request) => [{ label: 'Service', href: `/${serviceId(request)}/service/general` }],
}

const page = (slug: string, title: string, rest: Omit<SettingsPage, 'title' | 'path'>): SettingsPage => ({
  title,
  path: `/{serviceId}/service/${slug}`,
  ...rest,
})

const SECTIONS = {
  endpoints: {
    Issuer: ['issuer'],
    Endpoints: [
      'authorizationEndpoint',
      'pushedAuthReqEndpoint',
      'tokenEndpoint',
      'revocationEndpoint',
      'introspectionEndpoint',
      'userInfoEndpoint',
      'jwksUri',
    ],
    'Mutual TLS': ['mtlsEndpointAliases', 'certificateAnnouncementEndpoint'],
  },
  authorization: {
    'Grants and responses': [
      'supportedGrantTypes',
      'supportedResponseTypes',
      'authorizationCodeDuration',
      'scopeRequired',
    ],
    PKCE: ['pkceRequired', 'pkceS256Required'],
    'Pushed authorization requests': ['parRequired', 'pushedAuthReqDuration'],
    Responses: ['issSuppressed', 'errorDescriptionOmitted', 'errorUriOmitted'],
  },
  tokens: {
    'Access Token': [
      'tlsClientCertificateBoundAccessTokens',
      'accessTokenDuration',
      'accessTokenType',
      'singleAccessTokenPerSubject',
      'defaultResource',
    ],
    'Refresh Token': [
      'refreshTokenDuration',
      'refreshTokenKept',
      'refreshTokenDurationKept',
      'refreshTokenDurationReset',
      'refreshTokenIdempotent',
      'tokenExpirationLinked',
    ],
    JWT: ['accessTokenSignAlg', 'accessTokenSignatureKeyId', 'introspectionSignatureKeyId'],
    'ID Token and userinfo': [
      'idTokenDuration',
      'idTokenSignatureKeyId',
      'userInfoSignatureKeyId',
      'supportedClaims',
      'supportedAcrs',
    ],
    DPoP: ['dpopNonceRequired', 'dpopProofUsedOnce'],
    'All tokens': ['tokensNotBefore'],
  },
  authentication: { 'Client authentication': ['supportedTokenAuthMethods', 'shortClientSecretsAllowed'] },
  certificates: {
    'Certificate paths': ['mutualTlsValidatePkiCertChain', 'trustedRootCertificates'],
    'Issuers and purpose': ['clientCertificateIssuers', 'clientCertificateUsage'],
    Inventory: ['certificateInventory'],
    'Revocation lists': ['crlStale'],
  },
  fapi: { Profile: ['fapi2'], 'Settings of the service': REQUIRED_SETTINGS },
  scopes: { Scopes: ['supportedScopes'] },
  general: { Names: ['serviceName', 'clientIdAliasEnabled'], Attributes: ['attributes'] },
} as const
/** The settings that have their own pages. */
const NAMES_OF_OTHER_PAGES = ['jwks', 'credentials', 'clientCertificatesNotBefore']

const shown = new Set<string>([...namesIn(SECTIONS), ...NAMES_OF_OTHER_PAGES])
const others = sortedByLabel([...FIELDS.service.values()].filter(({ path }) => !shown.has(path)))

/** Values that depend on the keys of the service. */
function signatureChoices({ record }: Read): Readonly<Record<string, readonly string[]>> {
  const keys = keysOf(record)
  const ids = keys.map(({ kid }) => String(kid))
  return {
    accessTokenType: ['Bearer'],
    accessTokenSignAlg: [...new Set(keys.map(({ alg }) => String(alg)))],
    accessTokenSignatureKeyId: ids,
    introspectionSignatureKeyId: ids,
    idTokenSignatureKeyId: ids,
    userInfoSignatureKeyId: ids,
  }
}

const PAGES: readonly SettingsPage[] = [
  page('general', 'General', {
    // Settings without a page are shown here, so that none is missing.
    sections: { ...SECTIONS.general, More: others.map(({ path }) => path) },
  }),
  page('endpoints', 'Endpoints', { sections: SECTIONS.endpoints }),
  page('authorization', 'Authorization', { sections: SECTIONS.authorization }),
  page('tokens-and-claims', 'Tokens and Claims', {
    sections: SECTIONS.tokens,
    choices: signatureChoices,
    notes: (request, { record }) => ({
      tlsClientCertificateBoundAccessTokens:
        record['tlsClientCertificateBoundAccessTokens'] === true
          ? undefined
          : html`<p>
              <strong>No token of this service is bound, because this is off.</strong> Anyone who obtains a
              token can use it.
            </p>`,
      accessTokenSignatureKeyId: html`<p>
        Publish a key before it signs: <a href="/${serviceId(request)}/service/keys">Keys</a> has both steps.
      </p>`,
    }),
  }),
  page('scopes', 'Scopes', {
    sections: SECTIONS.scopes,
    above: () =>
      html`<p>
        The scopes that clients can request. A removed scope can no longer be requested, but existing tokens
        keep it until they expire. To remove a scope, clear its name.
      </p>`,
  }),
  page('authentication', 'Client authentication', { sections: SECTIONS.authentication }),
  page('certificates', 'Certificates', {
    sections: SECTIONS.certificates,
  }),
  page('fapi', 'FAPI 2.0', {
    sections: SECTIONS.fapi,
    above: (_, __, values) => aboutProfile(values),
    notes: (_, { record }) => profileNotes(record),
    choices: signatureChoices,
    edit: setProfile,
    harm: refusedClients,
  }),
]

export const SERVICE_PAGES: readonly Route[] = PAGES.flatMap((one) => settingsRoutes(one, SERVICE_SOURCE))
