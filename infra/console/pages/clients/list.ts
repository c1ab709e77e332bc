import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import type { Answer, ConsoleRequest, Route } from '../../page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { moment, yesOrNo } from '../../words.ts'
import { certificateEnd } from '../endings.ts'
import { clientBinding } from './binding.ts'

const PAGE_SIZE = 25
/** A call looks at 1,000 clients at most, so a search that finds little takes several. */
const MOST_CALLS = 10
/** The Web API takes no longer one. */
const MOST_CHARACTERS = 200

async function list(request: ConsoleRequest): Promise<Answer> {
  const { query, params } = request
  const search = (query.get('search') ?? '').trim().slice(0, MOST_CHARACTERS)
  const pageToken = query.get('pageToken') ?? ''
  const found = await readPage(request, search, pageToken)
  const root = `/${params['serviceId'] ?? ''}/clients`
  const main = html`<div class="actions">
      <a class="button first" href="${root}/create">Create a client</a>
    </div>
    <form class="find" role="search" aria-label="Clients of this service" action="${root}">
      <label for="find">Search by name, alias or ID</label>
      <div class="pair">
        <input id="find" type="search" name="search" value="${search}" maxlength="${MOST_CHARACTERS}" />
        <button>Search</button>
      </div>
    </form>
    <p id="found" role="status">${foundWords(found, search, pageToken !== '')}</p>
    <div id="results">
      ${found.clients.length > 0 && clientTable(found.clients, request)}${pages(root, search, pageToken, found)}
    </div>`
  return { title: 'Clients', main, wide: true, scripts: ['clients.js'] }
}

interface Found {
  readonly clients: readonly Members[]
  /** Absent: this is the last page. */
  readonly next: string | undefined
}

async function readPage({ api }: ConsoleRequest, search: string, from: string): Promise<Found> {
  const clients: Members[] = []
  let next = from === '' ? undefined : from
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const answer = await api.get('/client/get/list', {
      pageSize: String(PAGE_SIZE - clients.length),
      ...(search === '' ? {} : { search }),
      ...(next === undefined ? {} : { pageToken: next }),
    })
    const { clients: some, nextPageToken } = requireDone(answer)
    clients.push(...(Array.isArray(some) ? (some as Members[]) : []))
    next = typeof nextPageToken === 'string' ? nextPageToken : undefined
    if (next === undefined || clients.length >= PAGE_SIZE) break
  }
  return { clients, next }
}

function foundWords({ clients, next }: Found, search: string, isLater: boolean): string {
  const count = `${clients.length} ${clients.length === 1 ? 'client' : 'clients'}`
  if (next !== undefined && clients.length === 0) return 'Nothing is found yet. The next page searches on.'
  if (next !== undefined) return `${count} on this page, and there may be more.`
  if (clients.length > 0) return isLater ? `${count} on this page, the last one.` : `${count}.`
  if (search !== '')
    return `No ${isLater ? 'more client' : 'client'} has “${search}” in its name, alias or ID.`
  return isLater ? 'There are no more clients.' : 'There is no client yet. Create the first one.'
}

const HEADS = [
  ...['Name', 'Client ID and alias', 'Type', 'Authentication', 'Tokens are bound', 'Locked'],
  'Registered certificate ends',
]

function clientTable(clients: readonly Members[], request: ConsoleRequest): Markup {
  return wideTable(
    { label: 'Clients' },
    HEADS,
    clients.map((client) => row(client, request)),
  )
}

function row(client: Members, { params, service, now }: ConsoleRequest): Markup {
  const { clientId, clientName, clientIdAlias, clientType, tokenAuthMethod, locked } = client
  const id = String(clientId)
  const name = typeof clientName === 'string' ? clientName : `Client ${id}`
  const { isBound, why } = clientBinding(service?.record ?? {}, client)
  const ends = certificateEnd(client)
  // The Web API answers the number in place of an absent alias.
  const alias = typeof clientIdAlias === 'string' && clientIdAlias !== id ? clientIdAlias : undefined
  return html`<tr>
    <th scope="row"><a href="/${params['serviceId']}/clients/${id}/general">${name}</a></th>
    <td><code class="whole">${id}</code>${alias !== undefined && html`<br /><code>${alias}</code>`}</td>
    <td>${clientType === 'CONFIDENTIAL' ? 'confidential' : 'public'}</td>
    <td><code class="whole">${String(tokenAuthMethod)}</code></td>
    <td>${yesOrNo(isBound)}<br />${why}</td>
    <td>${locked === true ? html`<strong>locked</strong>` : 'no'}</td>
    <td>${ends === undefined ? 'not known' : moment(ends, now)}</td>
  </tr>`
}

function pages(root: string, search: string, pageToken: string, { next }: Found): Markup | undefined {
  if (next === undefined && pageToken === '') return undefined
  const to = (token: string | undefined) => {
    const query = new URLSearchParams({
      ...(search === '' ? {} : { search }),
      ...(token === undefined ? {} : { pageToken: token }),
    }).toString()
    return query === '' ? root : `${root}?${query}`
  }
  return html`<nav class="actions" aria-label="Pages of the list">
    ${pageToken !== '' && html`<a class="button" href="${to(undefined)}">First page</a>`}
    ${next !== undefined && html`<a class="button" href="${to(next)}">Next page</a>`}
  </nav>`
}

export const CLIENT_LIST: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}/clients', needs: 'clients', handle: list },
]
