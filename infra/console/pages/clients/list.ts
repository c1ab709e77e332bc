import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import type { Answer, ConsoleRequest, Route } from '../../page.ts'
import type { Members } from '../../web-api.ts'
import { moment, yesOrNo } from '../../words.ts'
import { certificateEnd } from '../endings.ts'
import { countOf, nameOf, readClients } from '../../clients.ts'
import { clientBinding } from './binding.ts'
import { addressOf, type Filter, filtered, filterForm, readFilter } from './filter.ts'

const PAGE_SIZE = 25

async function list(request: ConsoleRequest): Promise<Answer> {
  const { query, params, service } = request
  const filter = readFilter(query)
  const from = query.get('pageToken') ?? ''
  const { list: looked, next } = await readClients(request, filter.search, from)
  const clients = filtered(looked, filter, service?.record ?? {})
  const root = `/${params['serviceId'] ?? ''}/clients`
  const last = Math.max(Math.ceil(clients.length / PAGE_SIZE), 1)
  const page = Math.min(Math.max(Math.trunc(Number(query.get('page'))) || 1, 1), last)
  const shown = clients.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
  const to = (of: { page?: number; pageToken?: string }) =>
    addressOf(root, { ...filter, pageToken: of.pageToken ?? from, page: String(of.page ?? '') })
  const link = (href: string, label: string) => html`<a class="button" href="${href}">${label}</a>`
  const pages = [
    ...(page > 1 ? [link(to({ page: page - 1 }), 'Previous page')] : []),
    ...(page < last ? [link(to({ page: page + 1 }), 'Next page')] : []),
    ...(last > 1 ? [html`<span>Page ${page} of ${last}</span>`] : []),
    ...(from === '' ? [] : [link(to({ pageToken: '' }), 'Back to the first clients')]),
    ...(next === undefined ? [] : [link(to({ pageToken: next }), 'Next clients')]),
  ]
  const main = html`<div class="actions">
      <a class="button first" href="${root}/create">Create a client</a>
    </div>
    ${filterForm(root, filter)}
    <p id="found" role="status">${foundWords(clients.length, looked.length, filter, { from, next })}</p>
    <div id="results">
      ${shown.length > 0 && clientTable(shown, request)}
      ${pages.length > 0 && html`<nav class="actions" aria-label="Pages of the list">${pages}</nav>`}
    </div>`
  return { title: 'Clients', main, wide: true, scripts: ['clients.js'] }
}

/** How many clients there are, and whether all were read. */
function foundWords(
  shown: number,
  looked: number,
  { search, show, method }: Filter,
  { from, next }: { readonly from: string; readonly next: string | undefined },
): string {
  const isFiltered = show !== '' || method !== ''
  const isWhole = from === '' && next === undefined
  const more = isWhole ? '' : ' The service has more clients before or after these.'
  if (looked === 0 && isWhole)
    return search === ''
      ? 'There are no clients yet. Create the first one.'
      : `No client has “${search}” in its name, alias or ID.`
  return `${isFiltered ? `${shown} of ` : ''}${countOf(looked)}${search === '' ? '' : ` with “${search}”`}.${more}`
}

const HEADS = [
  ...['Name', 'Client ID and alias', 'Type', 'Authentication', 'Tokens are bound', 'Locked'],
  'Registered certificate expires',
]

function clientTable(clients: readonly Members[], request: ConsoleRequest): Markup {
  return wideTable(
    { label: 'Clients' },
    HEADS,
    clients.map((client) => row(client, request)),
  )
}

function row(client: Members, { params, service, now }: ConsoleRequest): Markup {
  const { clientId, clientIdAlias, clientType, tokenAuthMethod, locked } = client
  const id = String(clientId)
  const { isBound, why } = clientBinding(service?.record ?? {}, client)
  const ends = certificateEnd(client)
  // If there is no alias, the Web API returns the number.
  const alias = typeof clientIdAlias === 'string' && clientIdAlias !== id ? clientIdAlias : undefined
  return html`<tr>
    <th scope="row"><a href="/${params['serviceId']}/clients/${id}/general">${nameOf(client)}</a></th>
    <td><code class="whole">${id}</code>${alias !== undefined && html`<br /><code>${alias}</code>`}</td>
    <td>${clientType === 'CONFIDENTIAL' ? 'confidential' : 'public'}</td>
    <td><code class="whole">${String(tokenAuthMethod)}</code></td>
    <td>${yesOrNo(isBound)}<br />${why}</td>
    <td>${locked === true ? html`<strong>locked</strong>` : 'no'}</td>
    <td>${ends === undefined ? 'unknown' : moment(ends, now)}</td>
  </tr>`
}

export const CLIENT_LIST: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}/clients', needs: 'clients', handle: list },
]
