import { html, type Markup } from '../../markup.ts'
import { needsOf } from '../settings/methods.ts'
import type { Members } from '../web-api.ts'
import { moment } from '../words.ts'
import { endingOf } from './endings.ts'

/** Above the trusted roots and issuers of a service: which of them end soon, or have ended. */
export function authoritiesNote(
  { trustedRootCertificates, clientCertificateIssuers }: Members,
  now: Date,
): Markup | undefined {
  return warning({ trustedRootCertificates, clientCertificateIssuers }, [], now)
}

/** Above the keys of a client: which of its registered certificates end soon, or that nobody knows. */
export function registeredNote(client: Members, now: Date): Markup | undefined {
  if (needsOf(client['tokenAuthMethod']) === 'name' || client['jwksUri'] !== undefined)
    return html`<p class="notice">
      When the certificate of this client ends is not known here: it is registered by its
      ${client['jwksUri'] === undefined ? 'name' : 'address'}, and certificates that clients present are not
      stored.
    </p>`
  return warning({}, [client], now)
}

function warning(service: Members, clients: readonly Members[], now: Date): Markup | undefined {
  const soon = endingOf(service, clients, now)
  if (soon.length === 0) return undefined
  const items = soon.map(
    ({ what, subject, ends }) =>
      html`<li>
        ${what} <code>${subject}</code> ${ends < now.getTime() ? 'has ended' : 'ends'} ${moment(ends, now)}
      </li>`,
  )
  return html`<div class="warning">
    <p><strong>Ends soon, or has ended:</strong></p>
    <ul>
      ${items}
    </ul>
  </div>`
}
