import { html, type Markup } from '../../markup.ts'
import { needsOf } from '../settings/methods.ts'
import type { Members } from '../web-api.ts'
import { moment } from '../words.ts'
import { endingOf } from './endings.ts'

/** The note above the trusted roots and issuers of a service: which of them expire soon or have expired. */
export function authoritiesNote(
  { trustedRootCertificates, clientCertificateIssuers }: Members,
  now: Date,
): Markup | undefined {
  return warning({ trustedRootCertificates, clientCertificateIssuers }, [], now)
}

/** The note above the keys of a client: which of its registered certificates expire soon or have expired, or that this is unknown. */
export function registeredNote(client: Members, now: Date): Markup | undefined {
  if (needsOf(client['tokenAuthMethod']) === 'name' || client['jwksUri'] !== undefined)
    return html`<p class="notice">
      The expiry of this client’s certificate is unknown: it is registered with its
      ${client['jwksUri'] === undefined ? 'name' : 'URL'}, and certificates that clients present are not
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
        ${what} <code>${subject}</code> ${ends < now.getTime() ? 'expired' : 'expires'} ${moment(ends, now)}
      </li>`,
  )
  return html`<div class="warning">
    <p><strong>Expired or expiring soon:</strong></p>
    <ul>
      ${items}
    </ul>
  </div>`
}
