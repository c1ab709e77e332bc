import { html, type Markup } from '../../markup.ts'
import type { ConsoleRequest, Page, Route } from '../page.ts'
import { wideTable } from '../table.ts'
import { type Members, requireDone } from '../web-api.ts'
import { moment } from '../words.ts'
import { membersOf } from './certificates/certificate-table.ts'
import { addressOf } from './clients/filter.ts'

const PATH = '/{serviceId}/changes'
const HEADS = ['When', 'What', 'By', 'Changes']

/** Lists the changes with their callers, the newest change first. */
async function show(request: ConsoleRequest): Promise<Page> {
  const { api, query } = request
  const names = ['clientId', 'credential', 'pageToken'] as const
  const asked = Object.fromEntries(
    names.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])),
  )
  const { records, nextPageToken } = requireDone(await api.get('/audit/get/list', asked))
  const list = membersOf(records)
  const main = html`<p>
      The list has the changes of the last 31 days by the owner and by credentials with the role
      <code>manage</code>. Calls that were refused before they changed anything are only in the log.
    </p>
    <form class="find">
      ${field('clientId', 'Client ID or alias', query)} ${field('credential', 'Credential', query)}
      <p class="actions"><button class="first">Show</button></p>
    </form>
    ${list.length === 0 ? html`<p>There are no changes on this page.</p>` : changeTable(list, request)}
    ${typeof nextPageToken === 'string' && nextPage(asked, nextPageToken, request)}`
  return { title: 'Changes', main, wide: true }
}

function field(name: string, label: string, query: URLSearchParams): Markup {
  return html`<p class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" value="${query.get(name) ?? ''}" autocomplete="off" />
  </p>`
}

function nextPage(
  asked: Readonly<Record<string, string>>,
  pageToken: string,
  { here }: ConsoleRequest,
): Markup {
  const { pathname } = new URL(here, 'http://localhost')
  return html`<nav class="actions" aria-label="Pages">
    <a class="button" href="${addressOf(pathname, { ...asked, pageToken })}">Older changes</a>
  </nav>`
}

function changeTable(records: readonly Members[], { now }: ConsoleRequest): Markup {
  return wideTable(
    { label: 'Changes' },
    HEADS,
    records.map((record) => row(record, now)),
    'cards',
  )
}

function row(record: Members, now: Date): Markup {
  const { requestedAt, operation, credential, address, requestId, outcome, reason, changes, otherItems } =
    record
  const uncounted = membersOf(changes).length > 1 ? 'perhaps' : 0
  const others = typeof otherItems === 'number' ? otherItems : uncounted
  return html`<tr>
    <th scope="row">${moment(Number(requestedAt), now)}</th>
    <td data-head="What">
      <code class="whole">${String(operation)}</code>
      <span class="detail">${outcomeWords(outcome, reason)}</span>
    </td>
    <td data-head="By">
      <code class="whole">${String(credential)}</code>
      ${typeof address === 'string' && html`<span class="detail">from ${address}</span>`}
      ${typeof requestId === 'string' && html`<span class="detail">request ${requestId}</span>`}
    </td>
    <td data-head="Changes">
      ${membersOf(changes).map(changeOf)} ${others !== 0 && html`<p>and ${others} other items</p>`}
    </td>
  </tr>`
}

const OUTCOMES: Readonly<Record<string, string>> = {
  DONE: 'done',
  PARTLY: 'partly done',
  NOT_DONE: 'not done',
  PENDING: 'may still be going on',
  UNKNOWN: 'broke off; it is not known if it was done',
}

function outcomeWords(outcome: unknown, reason: unknown): string {
  const words = OUTCOMES[String(outcome)] ?? String(outcome)
  return typeof reason === 'string' ? `${words}: ${reason}` : words
}

function changeOf({ kind, item, clientId, subject, removed, outcome, members }: Members): Markup {
  const about = typeof clientId === 'number' ? `client ${clientId}` : String(item)
  const end = outcome === 'DONE' ? '' : `, ${outcomeWords(outcome, undefined)}`
  return html`<details>
    <summary>
      ${String(kind)}${kind === 'client' ? '' : ' of'} ${kind === 'client' ? Number(clientId) : about}
      ${removed === true && 'removed'}${typeof subject === 'string' && `, subject ${subject}`}${end}
    </summary>
    <ul>
      ${membersOf(members).map(
        ({ name, from, to }) =>
          html`<li>
            <code>${String(name)}</code
            >${(from !== undefined || to !== undefined) && html`: <code>${valueOf(from)}</code> → <code>${valueOf(to)}</code>`}
          </li>`,
      )}
    </ul>
  </details>`
}

const valueOf = (value: unknown) => (typeof value === 'string' ? value : 'none')

export const CHANGES: readonly Route[] = [{ method: 'GET', path: PATH, needs: 'tokens', handle: show }]
