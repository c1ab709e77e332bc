import { isBaseUrl } from '../resource-url.ts'
import { type Members, requireMembers } from './option-members.ts'

export interface ResourceMetadataOptions {
  /** The identifier of this API: its https URL for clients, which they also send as `resource` (RFC 8707). */
  readonly resource: string
  readonly scopesSupported?: readonly string[]
  /** Further members, for example `resource_name` and `resource_documentation` (RFC 9728 section 2). */
  readonly members?: Readonly<Record<string, unknown>>
}

const MEMBERS: Members<keyof ResourceMetadataOptions> = {
  resource: 'text',
  scopesSupported: 'texts?',
  members: 'object?',
}

/** The metadata of a protected resource (RFC 9728). */
export interface ResourceMetadata {
  /** The path for GET. The well-known part stands between the host and the path of the resource. */
  readonly path: string
  /** The URL, which challenges name as `resource_metadata`. */
  readonly url: string
  /** The answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * @param dpopAlgorithms if absent, tokens that are bound to a key are not accepted
 * @throws TypeError for a resource that cannot be the URL of an API
 */
export function resourceMetadata(
  options: ResourceMetadataOptions,
  issuers: readonly string[],
  dpopAlgorithms: readonly string[] | undefined,
): ResourceMetadata {
  requireMembers('resourceMetadata', options, MEMBERS)
  const { resource, scopesSupported, members = {} } = options
  if (!isBaseUrl(resource))
    throw new TypeError(
      'resourceMetadata.resource must be an https URL without a query, a fragment or a slash at its end',
    )
  const { origin, pathname } = new URL(resource)
  const path = `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  const body = JSON.stringify({
    ...members,
    resource,
    authorization_servers: issuers,
    scopes_supported: scopesSupported,
    bearer_methods_supported: ['header'],
    tls_client_certificate_bound_access_tokens: true,
    dpop_bound_access_tokens_required: false,
    dpop_signing_alg_values_supported: dpopAlgorithms,
  })
  const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=3600' }
  return { path, url: `${origin}${path}`, headers, body }
}

/** Whether a request is for the metadata. */
export function isMetadataRequest(
  { path }: ResourceMetadata,
  request: { readonly method?: string | undefined; readonly path?: string | undefined },
): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && request.path === path
}

/** @throws TypeError for a resource without the option `resourceMetadata` */
export function requireMetadata(resource: {
  readonly metadata?: ResourceMetadata | undefined
}): ResourceMetadata {
  requireMembers('serveMetadata', { resource }, { resource: 'resource' })
  if (resource.metadata === undefined)
    throw new TypeError('the option resourceMetadata of protectedResource is missing')
  return resource.metadata
}
