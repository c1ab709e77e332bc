import type { Received } from '../support/gateway.ts'

/** Readers of answers, for both faces. */

const GOOD_ACTIONS: readonly unknown[] = ['OK', 'CREATED', 'INTERACTION', 'JSON', 'LOCATION', undefined]

export const isGood = ({ status, json }: Received) => status < 300 && GOOD_ACTIONS.includes(json['action'])

/** There was no answer, or it leaves the result open. */
export const isFailure = ({ status, json }: Received) =>
  status === 0 || status >= 500 || json['action'] === 'INTERNAL_SERVER_ERROR'

const KEYLESS: readonly unknown[] = ['A050202', 'A050292']

/**
 * The service has no key to sign with. Its deletion takes its keys away from requests that are under way. The OAuth face does not name the
 * missing key.
 */
export const isWithoutKey = ({ json }: Received) =>
  KEYLESS.includes(json['resultCode']) || json['error'] === 'server_error'

/** In a word, for the story of a run. */
export function shown(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('status' in result)) return String(result)
  const { status, json } = result as Received
  return [status, json['action'], json['resultCode'], json['resultMessage'] ?? json['error']]
    .filter(Boolean)
    .join(' ')
}
