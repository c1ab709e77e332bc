import { JWS_ALGORITHMS } from '../../../../shared/certificate/jws-algorithms.ts'
import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest, Route } from '../../page.ts'
import { needsOf } from '../../settings/methods.ts'
import { FIELDS } from '../../settings/fields.ts'
import {
  namesIn,
  type SettingsPage,
  settingsRoutes,
  sortedByLabel,
  type Source,
} from '../../settings/settings-page.ts'
import { words } from '../../settings/values.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { keysOf } from '../../settings/registered.ts'
import { BINDING_SWITCH, clientBinding } from './binding.ts'
import { aboutCertificates, subjectReader, takeSubject } from './registering.ts'

/** The path of a client's record for an API, for example `get`. @public */
export function clientPath<const Api extends string>(
  api: Api,
  { params }: Pick<ConsoleRequest, 'params'>,
): `/client/${Api}/${string}` {
  return `/client/${api}/${encodeURIComponent(params['clientId'] ?? '')}`
}

/** The links above the pages of a client. @public */
export function clientCrumbs({ params }: Pick<ConsoleRequest, 'params'>, record: Members) {
  const { serviceId = '', clientId = '' } = params
  const { clientName, locked } = record
  const root = `/${serviceId}/clients/${encodeURIComponent(clientId)}`
  const isLocked = html`<p>
    <strong>This client is locked.</strong> It gets no tokens, and its existing tokens are refused.
    <a href="${root}/danger">Danger</a> unlocks it.
  </p>`
  return [
    { label: 'Clients', href: `/${serviceId}/clients` },
    {
      label: typeof clientName === 'string' ? clientName : clientId,
      href: `${root}/general`,
      note: locked === true ? isLocked : undefined,
    },
  ]
}

/** The record of the client in the path. @public */
export const CLIENT_SOURCE: Source = {
  kind: 'client',
  needs: 'clients',
  read: async (request) => {
    const answer = await request.api.get(clientPath('get', request))
    return { record: requireDone(answer), etag: answer.etag }
  },
  updatePath: (request) => clientPath('update', request),
  crumbs: (request, { record }) => clientCrumbs(request, record),
}

const SECTIONS = {
  general: {
    Names: ['clientName', 'clientIdAlias', 'clientIdAliasEnabled', 'clientType'],
    Grants: ['grantTypes', 'responseTypes', 'redirectUris'],
    Scopes: ['extension.requestableScopesEnabled', 'extension.requestableScopes'],
    'Proof key for code exchange': ['pkceRequired', 'pkceS256Required'],
    'Pushed authorization requests': ['parRequired'],
    'FAPI 2.0': ['fapi2'],
    Attributes: ['attributes'],
  },
  tokens: {
    'Access Token': [
      'tlsClientCertificateBoundAccessTokens',
      'dpopRequired',
      'extension.accessTokenDuration',
      'singleAccessTokenPerSubject',
    ],
    'Refresh Token': ['extension.refreshTokenDuration'],
    'ID Token and userinfo': [
      'idTokenSignAlg',
      'userInfoSignAlg',
      'extension.idTokenDuration',
      'authTimeRequired',
      'defaultMaxAge',
      'defaultAcrs',
    ],
    JWT: ['introspectionSignAlg', 'resourceServerAudiences'],
  },
  authentication: {
    Method: ['tokenAuthMethod', 'tokenAuthSignAlg'],
    'Subject of the certificate': [
      'tlsClientAuthSubjectDn',
      'tlsClientAuthSanDns',
      'tlsClientAuthSanUri',
      'tlsClientAuthSanIp',
      'tlsClientAuthSanEmail',
    ],
    'Issuer of the certificate': ['clientCertificateIssuers'],
  },
  certificates: { Keys: ['jwks', 'jwksUri', 'selfSignedCertificateKeyId'] },
} as const

/** The danger page changes `locked`; the other settings must stay as they are. */
const NAMES_OF_OTHER_PAGES = ['locked', 'extension.tokenExchangePermitted']

const shown = new Set<string>([...namesIn(SECTIONS), ...NAMES_OF_OTHER_PAGES])
const others = sortedByLabel([...FIELDS.client.values()].filter(({ path }) => !shown.has(path)))

/** The settings of the service that affect settings of a client. */
const INHERITED = {
  'extension.accessTokenDuration': 'accessTokenDuration',
  'extension.refreshTokenDuration': 'refreshTokenDuration',
  'extension.idTokenDuration': 'idTokenDuration',
  pkceRequired: 'pkceRequired',
  pkceS256Required: 'pkceS256Required',
  singleAccessTokenPerSubject: 'singleAccessTokenPerSubject',
  tlsClientCertificateBoundAccessTokens: 'tlsClientCertificateBoundAccessTokens',
  clientIdAliasEnabled: 'clientIdAliasEnabled',
  grantTypes: 'supportedGrantTypes',
  tokenAuthMethod: 'supportedTokenAuthMethods',
  clientCertificateIssuers: 'clientCertificateIssuers',
} as const

function inherited({ service }: ConsoleRequest): Record<string, string> {
  const entries = Object.entries(INHERITED).flatMap(([path, name]) => {
    const field = FIELDS.service.get(name)
    return field === undefined ? [] : [[path, words(field, service?.record[name])] as const]
  })
  return Object.fromEntries(entries)
}

/** Both switches must be on. The note names the one that is off, and why it matters. */
function bindingNote({ service, params }: ConsoleRequest, record: Members): Markup | undefined {
  const isOnForService = service?.record[BINDING_SWITCH] === true
  if (clientBinding(service?.record ?? {}, record).isBound) return undefined
  const why = 'Anyone who obtains one can use it.'
  if (isOnForService)
    return html`<p>
      <strong>On for the service, off here: tokens of this client are NOT bound.</strong> ${why}
    </p>`
  return html`<p>
    <strong>Off for the service: tokens of this client are currently NOT bound.</strong> ${why} Turn it on in
    <a href="/${params['serviceId']}/service/tokens-and-claims">Service &gt; Tokens and Claims</a>.
  </p>`
}

const page = (slug: string, title: string, rest: Omit<SettingsPage, 'title' | 'path'>): SettingsPage => ({
  title,
  path: `/{serviceId}/clients/{clientId}/${slug}`,
  inherited,
  ...rest,
})

const PAGES: readonly SettingsPage[] = [
  page('general', 'General', {
    // Settings without a page are shown here, so that none is missing.
    sections: { ...SECTIONS.general, More: others.map(({ path }) => path) },
  }),
  page('tokens-and-claims', 'Tokens and Claims', {
    sections: SECTIONS.tokens,
    notes: (request, { record }) => ({ [BINDING_SWITCH]: bindingNote(request, record) }),
  }),
  page('authentication', 'Authentication', {
    sections: SECTIONS.authentication,
    choices: () => ({ tokenAuthSignAlg: [...JWS_ALGORITHMS.keys()] }),
    above: (request, { record }) =>
      needsOf(record['tokenAuthMethod']) === 'name' ? subjectReader(request) : undefined,
    edit: takeSubject,
  }),
  page('certificates', 'Certificates and keys', {
    sections: SECTIONS.certificates,
    choices: ({ record }) => ({ selfSignedCertificateKeyId: keysOf(record).map(({ kid }) => String(kid)) }),
    above: (_, { record }, values) => aboutCertificates(record, values),
  }),
]

/** The URL of a client without a page, as users type it. */
const CLIENT_REDIRECT: Route = {
  method: 'GET',
  path: '/{serviceId}/clients/{clientId}',
  needs: 'clients',
  handle: ({ here }) => ({ location: `${here}/general` }),
}

export const CLIENT_SETTINGS_PAGES: readonly Route[] = [
  CLIENT_REDIRECT,
  ...PAGES.flatMap((one) => settingsRoutes(one, CLIENT_SOURCE)),
]
