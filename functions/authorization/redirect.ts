import type { Service } from '../../shared/store/service.ts'

/** Where an authorization response goes: known good before anything is sent there (RFC 6749 section 4.1.2.1). */
export interface RedirectTarget {
  readonly redirectUri: string
  readonly state: string | undefined
}

/** The `Location` of an authorization response, with `state` and `iss` (RFC 9207) in all of them. */
export function location(
  { redirectUri, state }: RedirectTarget,
  parameters: Readonly<Record<string, string>>,
  service: Service,
): string {
  const query = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    ...parameters,
    ...(service.issSuppressed ? {} : { iss: service.issuer }),
  })
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`
}

/** For `Refusal`: the same for an error. The result code leads its description. */
export function errorLocation(target: RedirectTarget, service: Service) {
  return (error: string, resultMessage: string): string => {
    const error_uri = `https://docs.authlete.com/#${resultMessage.slice(1, resultMessage.indexOf(']'))}`
    return location(target, { error, error_description: resultMessage, error_uri }, service)
  }
}
