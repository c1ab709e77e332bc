import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import { wideTable } from '../../table.ts'
import type { Members } from '../../web-api.ts'
import { moment, shortened } from '../../words.ts'
import { addressOf } from '../clients/filter.ts'

export const membersOf = (list: unknown): Members[] => (Array.isArray(list) ? list.filter(isJsonObject) : [])

/** The path of a page of the service. */
export const below = ({ params }: ConsoleRequest, path: string) => `/${params['serviceId'] ?? ''}${path}`

/** The certificates in use, the one that ends next first, each with a button that asks before it revokes. */
export function certificateTable(certificates: readonly Members[], request: ConsoleRequest): Markup {
  if (certificates.length === 0) return html`<p>There are no certificates on this page.</p>`
  return wideTable(
    { label: 'Certificates in use' },
    ['Certificate', 'Client', 'Valid until', 'Used', 'Revoke'],
    certificates.map((certificate) => row(certificate, request)),
    'cards',
  )
}

function row(certificate: Members, request: ConsoleRequest): Markup {
  const { subject, subjectAltName, thumbprint, issuerKey, validUntil, firstSeenAt, lastSeenAt } = certificate
  const { now } = request
  return html`<tr>
    <th scope="row">
      ${typeof subject === 'string' ? subject : 'no subject'}
      ${typeof subjectAltName === 'string' && html`<span class="detail">${subjectAltName}</span>`}
      <span class="detail">${shortened(String(thumbprint), 'the thumbprint of the certificate')}</span>
      ${issuerKey === undefined && html`<span class="detail">issuer unknown</span>`}
    </th>
    <td data-head="Client">${clientLink(certificate['clientId'], request)}</td>
    <td data-head="Valid until">
      ${typeof validUntil === 'number' ? moment(validUntil, now) : 'unknown'}
      ${typeof validUntil === 'number' && validUntil <= now.getTime() && html`<span class="detail">expired</span>`}
    </td>
    <td data-head="Used">
      last ${moment(Number(lastSeenAt), now)}
      <span class="detail">first ${moment(Number(firstSeenAt), now)}</span>
    </td>
    <td>
      <form method="post" action="${below(request, '/revocations')}">
        ${request.csrf}<input type="hidden" name="thumbprint" value="${String(thumbprint)}" />
        <button name="step" value="ask">
          Revoke…<span class="hidden"> certificate ${String(thumbprint)}</span>
        </button>
      </form>
    </td>
  </tr>`
}

export function clientLink(clientId: unknown, request: ConsoleRequest): Markup {
  return html`<a href="${below(request, `/clients/${Number(clientId)}/certificates-in-use`)}"
    >client ${Number(clientId)}</a
  >`
}

/** The link to the next page of a list. */
export function nextPage(
  nextPageToken: unknown,
  { here }: ConsoleRequest,
  label: string,
): Markup | undefined {
  if (typeof nextPageToken !== 'string') return undefined
  const { pathname } = new URL(here, 'http://localhost')
  return html`<nav class="actions" aria-label="Pages">
    <a class="button" href="${addressOf(pathname, { pageToken: nextPageToken })}">${label}</a>
  </nav>`
}

/** The place in a list that the address of the page names. */
export function placeIn({ query }: ConsoleRequest): Readonly<Record<string, string>> {
  const pageToken = query.get('pageToken')
  return pageToken ? { pageToken } : {}
}
