/** An entry of the navigation. It is shown if a page exists at its path. */
export interface Entry {
  readonly label: string
  readonly path: string
  readonly below?: readonly Entry[]
  /** The name of the parameter that the current path must have. */
  readonly within?: string
}

const service = (slug: string, label: string): Entry => ({ label, path: `/{serviceId}/service/${slug}` })
const client = (slug: string, label: string): Entry => ({
  label,
  path: `/{serviceId}/clients/{clientId}/${slug}`,
  within: 'clientId',
})

/** The map of the console. */
export const NAVIGATION: readonly Entry[] = [
  { label: 'Overview', path: '/{serviceId}' },
  {
    label: 'Service',
    path: '/{serviceId}/service/general',
    below: [
      service('general', 'General'),
      service('endpoints', 'Endpoints'),
      service('authorization', 'Authorization'),
      service('scopes', 'Scopes'),
      service('tokens-and-claims', 'Tokens and Claims'),
      service('authentication', 'Client authentication'),
      service('keys', 'Keys'),
      service('certificates', 'Certificates'),
      service('fapi', 'FAPI 2.0'),
      service('credentials', 'Credentials'),
    ],
  },
  {
    label: 'Clients',
    path: '/{serviceId}/clients',
    below: [
      client('general', 'General'),
      client('tokens-and-claims', 'Tokens and Claims'),
      client('authentication', 'Authentication'),
      client('certificates', 'Certificates and keys'),
      client('guide', 'First token'),
      client('tokens', 'Tokens'),
      client('certificates-in-use', 'Certificates in use'),
      client('danger', 'Danger'),
    ],
  },
  { label: 'Tokens of a subject', path: '/{serviceId}/tokens' },
  {
    label: 'Certificates in use',
    path: '/{serviceId}/certificates',
    below: [
      { label: 'Revoked', path: '/{serviceId}/revocations' },
      { label: 'Dates of CAs', path: '/{serviceId}/issuer-dates' },
      { label: 'Lists of CAs', path: '/{serviceId}/certificate-lists' },
      { label: 'Renewals', path: '/{serviceId}/renewals' },
    ],
  },
  { label: 'Changes', path: '/{serviceId}/changes' },
  { label: 'Certificate reader', path: '/{serviceId}/certificate' },
  { label: 'Decision explainer', path: '/{serviceId}/explain' },
  { label: 'Reference', path: '/{serviceId}/reference' },
]

/** Fills a path with the values of the parameters of the current path. */
export function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}
