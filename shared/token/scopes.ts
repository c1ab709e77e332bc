import type { Client } from '../store/client.ts'
import type { Service } from '../store/service.ts'
import { parseScope } from '../request/scope.ts'

/** The scope that makes an authorization request one of OpenID Connect (OpenID Connect Core section 3.1.2.1). */
export const OPENID = 'openid'

/** Whether the service is an OpenID provider. */
export function offersOpenid({ supportedScopes }: Service): boolean {
  return supportedScopes.some(({ name }) => name === OPENID)
}

/** All scopes that the client may have. */
export function availableScopes(service: Service, client: Client): ReadonlySet<string> {
  const names = service.supportedScopes.map((scope) => scope.name)
  const { extension } = client
  if (extension?.requestableScopesEnabled !== true) return new Set(names)
  return new Set(names.filter((name) => extension.requestableScopes.includes(name)))
}

/**
 * The scopes to grant for a `scope` parameter: the available ones among the requested scopes, or among the default entries if the
 * parameter is absent.
 *
 * @returns `none` if no scope remains and the request has the parameter or the service requires a scope (decision D25)
 */
export function grantScopes(
  text: string | undefined,
  service: Service,
  client: Client,
): readonly string[] | 'malformed' | 'none' {
  const requested = text === undefined ? defaultScopes(service) : parseScope(text)
  if (requested === 'malformed') return 'malformed'
  const available = availableScopes(service, client)
  const granted = requested.filter((name) => available.has(name))
  const needed = text !== undefined || service.scopeRequired
  return granted.length === 0 && needed ? 'none' : granted
}

function defaultScopes(service: Service): readonly string[] {
  return service.supportedScopes.filter((scope) => scope.defaultEntry).map((scope) => scope.name)
}
