import type { Client } from '../store/client.ts'
import type { Service } from '../store/service.ts'

/** Scope attributes that shorten the tokens with that scope. Their values are seconds as text (Authlete contract, section 3.2). */
export const SCOPE_DURATIONS = ['access_token.duration', 'refresh_token.duration'] as const

export function isScopeDuration(text: string): boolean {
  return /^[1-9][0-9]{0,8}$/.test(text)
}

/** The lifetime of an access token with these scopes: the shortest one in service, client and scopes. */
export const accessTokenSeconds = shortest('accessTokenDuration', 'access_token.duration')

/** The lifetime of a refresh token of a grant with these scopes: the shortest one in service, client and scopes. */
export const refreshTokenSeconds = shortest('refreshTokenDuration', 'refresh_token.duration')

function shortest(
  setting: 'accessTokenDuration' | 'refreshTokenDuration',
  attribute: (typeof SCOPE_DURATIONS)[number],
) {
  return (service: Service, client: Client, scopes: readonly string[]): number => {
    const ofClient = client.extension?.[setting] ?? Infinity
    return Math.min(service[setting], ofClient, scopeDuration(attribute, service, scopes))
  }
}

function scopeDuration(
  duration: (typeof SCOPE_DURATIONS)[number],
  { supportedScopes }: Service,
  scopes: readonly string[],
): number {
  const values = supportedScopes
    .filter(({ name }) => scopes.includes(name))
    .flatMap(({ attributes = [] }) => attributes.filter(({ key }) => key === duration))
  return Math.min(...values.map(({ value = '' }) => (isScopeDuration(value) ? Number(value) : Infinity)))
}
