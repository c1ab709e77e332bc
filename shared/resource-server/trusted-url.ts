import { parseSecureUrl } from '../resource-url.ts'

/**
 * Parses a URL of the issuer. It must use TLS, because an attacker who can change these answers can make every token valid. Plain HTTP
 * is accepted on the same machine.
 *
 * @param name the name of the option or the member, for the message
 * @throws TypeError if the text is not a URL with TLS
 */
export function trustedUrl(text: unknown, name: string): URL {
  const url = typeof text === 'string' ? parseSecureUrl(text) : undefined
  if (url === undefined) throw new TypeError(`${name} must be an https URL`)
  return url
}
