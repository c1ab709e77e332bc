import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest, Page, Route } from '../../page.ts'
import { wideTable } from '../../table.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { membersOf } from './certificate-table.ts'

async function show(request: ConsoleRequest): Promise<Page> {
  const { sources } = requireDone(await request.api.get('/certificate/source/get/list'))
  const all = membersOf(sources)
  const main = html`<p>
      The deployment reads these revocation lists of CAs, for all of its services. A certificate that a list
      names is refused as if it was revoked here. The deployment's settings name the sources
      (<code>crl</code>).
    </p>
    ${all.length === 0 ? html`<p>The deployment has no source of lists.</p>` : all.map((one) => source(one, request))}`
  return { title: 'Revocation lists of CAs', main, wide: true }
}

function source({ name, late, lists }: Members, { now }: ConsoleRequest): Markup {
  const rows = membersOf(lists).map(
    ({ distributionPoint, number, entries, thisUpdate, nextUpdate }) =>
      html`<tr>
        <th scope="row">
          ${typeof distributionPoint === 'string' ? html`<code class="whole">${distributionPoint}</code>` : 'the list'}
        </th>
        <td data-head="Number">${typeof number === 'string' ? number : 'none'}</td>
        <td data-head="Certificates">${Number(entries)}</td>
        <td data-head="Made">${moment(Number(thisUpdate), now)}</td>
        <td data-head="Next">${moment(Number(nextUpdate), now)}</td>
      </tr>`,
  )
  return html`<h2>${String(name)}</h2>
    ${
      late === true &&
      html`<div class="warning">
        <p>
          <strong>Late.</strong> Certificates that the CA has revoked since may be accepted, unless
          <code>crlStale</code> of the service refuses them. The alarm and <code>npm run doctor</code> name
          the cause; <code>npm run crl</code> reads the lists at once.
        </p>
      </div>`
    }
    ${
      rows.length === 0
        ? html`<p>No list was read yet.</p>`
        : wideTable(
            { label: `Lists of ${String(name)}` },
            ['List', 'Number', 'Certificates', 'Made', 'Next'],
            rows,
            'cards',
          )
    }`
}

export const CERTIFICATE_LISTS: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}/certificate-lists', needs: 'tokens', handle: show },
]
