import { escapeHtml } from '../../shared/escape-html.ts'
import type { ErrorMembers } from '../../shared/refusal/refusal.ts'
import type { Ticket } from '../../shared/store/grant.ts'
import { settingsOf } from '../../shared/store/profile.ts'
import type { Service } from '../../shared/store/service.ts'
import type { Redirect } from '../../shared/web-api.ts'

/**
 * The checked destination of an authorization response. A response must never go to an unchecked redirect URI (RFC 6749 section
 * 4.1.2.1).
 */
export type RedirectTarget = Pick<Ticket, 'redirectUri' | 'state' | 'responseMode'>

/** Every authorization response has the `state` of the request and `iss` (RFC 9207). */
export function redirect(
  { redirectUri, state, responseMode }: RedirectTarget,
  parameters: Readonly<Record<string, string>>,
  service: Service,
): Redirect {
  const all = {
    ...(state === undefined ? {} : { state }),
    ...parameters,
    ...(settingsOf(service).issSuppressed ? {} : { iss: service.issuer }),
  }
  if (responseMode === 'form_post') return { action: 'FORM', responseContent: formPage(redirectUri, all) }
  const query = new URLSearchParams(all).toString()
  const responseContent = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`
  return { action: 'LOCATION', responseContent }
}

/** Makes the `redirect` option of a Refusal. `description`, if there is one, replaces the message of the result. */
export function errorRedirect(target: RedirectTarget, service: Service, description?: string) {
  return ({ error, error_description: message, error_uri: page }: ErrorMembers): Redirect => {
    const about = message === undefined ? {} : { error_description: description ?? message }
    return redirect(target, { error, ...about, ...(page === undefined ? {} : { error_uri: page }) }, service)
  }
}

/**
 * A page that posts the authorization response to the client. If scripts are off, the end-user presses its button (OAuth 2.0
 * Form Post Response Mode section 2).
 */
export function formPage(action: string, parameters: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(parameters).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>Continue</title></head>
<body onload="document.forms[0].submit()">
<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<button>Continue</button>
</form>
</body>
</html>
`
}
