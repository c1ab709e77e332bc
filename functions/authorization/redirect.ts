import type { Ticket } from '../../shared/store/grant.ts'
import type { Service } from '../../shared/store/service.ts'
import type { Redirect } from '../../shared/web-api.ts'
import { formPage } from './form-page.ts'

/** Where an authorization response goes and how: known good before anything is sent there (RFC 6749 section 4.1.2.1). */
export type RedirectTarget = Pick<Ticket, 'redirectUri' | 'state' | 'responseMode'>

/** An authorization response, with `state` and `iss` (RFC 9207) in all of them. */
export function redirect(
  { redirectUri, state, responseMode }: RedirectTarget,
  parameters: Readonly<Record<string, string>>,
  service: Service,
): Redirect {
  const all = {
    ...(state === undefined ? {} : { state }),
    ...parameters,
    ...(service.issSuppressed ? {} : { iss: service.issuer }),
  }
  if (responseMode === 'form_post') return { action: 'FORM', responseContent: formPage(redirectUri, all) }
  const query = new URLSearchParams(all).toString()
  const responseContent = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`
  return { action: 'LOCATION', responseContent }
}

/** For `Refusal`: the same for an error. Its description, unless one is given, is led by the result code. */
export function errorRedirect(target: RedirectTarget, service: Service, description?: string) {
  return (error: string, resultMessage: string): Redirect => {
    const code = resultMessage.slice(1, resultMessage.indexOf(']'))
    return redirect(
      target,
      {
        error,
        ...(service.errorDescriptionOmitted ? {} : { error_description: description ?? resultMessage }),
        ...(service.errorUriOmitted ? {} : { error_uri: `https://docs.authlete.com/#${code}` }),
      },
      service,
    )
  }
}
