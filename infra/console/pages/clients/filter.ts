import { html, type Markup } from '../../../markup.ts'
import { METHODS } from '../../settings/methods.ts'
import type { Members } from '../../web-api.ts'
import { certificateEnd } from '../endings.ts'
import { nameOf } from '../../clients.ts'
import { clientBinding } from './binding.ts'

/** The Web API's limit for a search. */
const MAX_CHARACTERS = 200

type Choice = (client: Members, service: Members) => boolean

const SHOWN: Readonly<Record<string, readonly [label: string, isShown: Choice]>> = {
  bound: ['Bound', (client, service) => clientBinding(service, client).isBound],
  unbound: ['Unbound', (client, service) => !clientBinding(service, client).isBound],
  locked: ['Locked', ({ locked }) => locked === true],
  unlocked: ['Not locked', ({ locked }) => locked !== true],
}

const { compare } = new Intl.Collator('en', { numeric: true })
const numberOr = (value: unknown, absent: number) => (typeof value === 'number' ? value : absent)

type Order = (a: Members, b: Members) => number

const byName: Order = (a, b) => compare(nameOf(a), nameOf(b))

const SORTED: Readonly<Record<string, readonly [label: string, order: Order]>> = {
  created: ['Newest first', (a, b) => numberOr(b['createdAt'], 0) - numberOr(a['createdAt'], 0)],
  end: [
    'Certificate expiry',
    (a, b) => numberOr(certificateEnd(a), Infinity) - numberOr(certificateEnd(b), Infinity) || 0,
  ],
}

/** Which clients a list shows: the query of its URL. */
export interface Filter {
  readonly search: string
  /** Empty for all clients. */
  readonly show: string
  readonly method: string
  readonly sort: string
}

export function readFilter(query: URLSearchParams): Filter {
  const known = (name: string, all: object) =>
    Object.hasOwn(all, query.get(name) ?? '') ? (query.get(name) ?? '') : ''
  return {
    search: (query.get('search') ?? '').trim().slice(0, MAX_CHARACTERS),
    show: known('show', SHOWN),
    method: METHODS.has(query.get('method')) ? (query.get('method') ?? '') : '',
    sort: known('sort', SORTED),
  }
}

/** The URL of the list with a filter, without empty members. */
export function addressOf(root: string, filter: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, text]) => text !== '')).toString()
  return query === '' ? root : `${root}?${query}`
}

/** Filters and sorts the clients. The Web API has already applied the search. */
export function filtered(
  clients: readonly Members[],
  { show, method, sort }: Filter,
  service: Members,
): Members[] {
  const [, isShown] = SHOWN[show] ?? []
  const chosen = clients.filter(
    (client) =>
      (isShown === undefined || isShown(client, service)) &&
      (method === '' || client['tokenAuthMethod'] === method),
  )
  return chosen.sort(byName).sort(SORTED[sort]?.[1] ?? byName)
}

/** The form of a filter. The script sends it while the user types or chooses. */
export function filterForm(root: string, filter: Filter): Markup {
  const select = (name: keyof Filter, label: string, options: readonly (readonly [string, string])[]) =>
    html`<label
      >${label}
      <select name="${name}">
        ${options.map(([value, words]) => html`<option value="${value}" ${filter[name] === value && html`selected`}>${words}</option>`)}
      </select></label
    >`
  const labels = (all: typeof SHOWN | typeof SORTED) =>
    Object.entries(all).map(([value, [label]]) => [value, label] as const)
  const methods = [...METHODS.keys()].map((method) => [String(method), String(method)] as const)
  return html`<form class="find" role="search" aria-label="Clients of this service" action="${root}">
    <label
      >Search by name, alias or ID
      <input type="search" name="search" value="${filter.search}" maxlength="${MAX_CHARACTERS}" />
    </label>
    ${select('show', 'Show', [['', 'All'], ...labels(SHOWN)])}
    ${select('method', 'Method', [['', 'All'], ...methods])}
    ${select('sort', 'Sort by', [['', 'Name'], ...labels(SORTED)])}
    <button>Search</button>
  </form>`
}
