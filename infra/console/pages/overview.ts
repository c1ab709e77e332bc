import { html, type Markup } from '../../markup.ts'
import type { Answer, ConsoleRequest, Route } from '../page.ts'
import { ApiProblem, type Members, requireDone } from '../web-api.ts'
import { FIELDS } from '../settings/fields.ts'
import { moment, shortened, yesOrNo } from '../words.ts'
import { BINDING_SWITCH, clientBinding } from './clients/binding.ts'
import { type Ending, endingOf } from './endings.ts'

/** As many clients are looked at, in two calls; a list of all would take long. */
const MOST_CLIENTS = 200
const PAGE_SIZE = 100
const MOST_NAMED = 20

async function overview(request: ConsoleRequest): Promise<Answer> {
  const { service, params } = request
  if (service === undefined) return publicOverview(request)
  const { record } = service
  const clients = await readClients(request)
  const main = html`${binding(record, params['serviceId'] ?? '', clients)}
    ${endings(record, clients, request)}
    <h2>Service</h2>
    <dl class="facts">
      <dt>Issuer</dt>
      <dd><code>${String(record['issuer'])}</code></dd>
      <dt>Number</dt>
      <dd>${shortened(params['serviceId'] ?? '', 'the number of the service')}</dd>
      <dt>Access tokens</dt>
      <dd>${formatOf(record)}</dd>
      <dt>FAPI 2.0</dt>
      <dd>${record['fapi2'] === true ? 'enforced' : 'not enforced'}</dd>
    </dl>
    ${withoutEffect(record)}`
  return { title: 'Overview', main }
}

function formatOf({ accessTokenSignAlg }: Members): string {
  return typeof accessTokenSignAlg === 'string' ? `JWT, signed with ${accessTokenSignAlg}` : 'opaque'
}

interface Clients {
  readonly list: readonly Members[]
  /** Whether these are all. */
  readonly isWhole: boolean
}

async function readClients({ api }: ConsoleRequest): Promise<Clients> {
  const list: Members[] = []
  let next: unknown
  do {
    const from = typeof next === 'string' ? { pageToken: next } : {}
    const answer = await api.get('/client/get/list', { pageSize: String(PAGE_SIZE), ...from })
    const { clients, nextPageToken } = requireDone(answer)
    list.push(...(Array.isArray(clients) ? (clients as Members[]) : []))
    next = nextPageToken
  } while (next !== undefined && list.length < MOST_CLIENTS)
  return { list, isWhole: next === undefined }
}

function binding(record: Members, serviceId: string, clients: Clients): Markup {
  const isOn = record[BINDING_SWITCH] === true || record['fapi2'] === true
  return html`<h2>What is bound</h2>
    <p>
      ${yesOrNo(isOn)} Tokens of this service can be bound to certificates (<code>${BINDING_SWITCH}</code>).
    </p>
    ${
      !isOn &&
      html`<div class="warning">
        <strong>No token is bound today.</strong> Anyone who gets hold of one can use it. Turn binding on in
        <a href="/${serviceId}/service/tokens-and-claims">Service &gt; Tokens and Claims</a>.
      </div>`
    }
    ${clientsSummary(record, serviceId, clients)}`
}

function clientsSummary(record: Members, serviceId: string, { list, isWhole }: Clients): Markup {
  const root = `/${serviceId}/clients`
  if (list.length === 0)
    return html`<p>There is no client yet. <a href="${root}/create">Create the first one.</a></p>`
  const unbound = list.filter((client) => !clientBinding(record, client).isBound)
  const items = unbound
    .slice(0, MOST_NAMED)
    .map(
      (client) =>
        html`<li>
          <a href="${root}/${Number(client['clientId'])}/tokens-and-claims"
            >${nameOf(client['clientName'], client['clientId'])}</a
          >: ${clientBinding(record, client).why}
        </li>`,
    )
  const count = `${list.length} ${list.length === 1 ? 'client' : 'clients'}`
  return html`<p>
      ${isWhole ? `${count}.` : `The first ${count} were looked at.`}
      <a href="${root}">The list of clients</a>
    </p>
    ${
      unbound.length === 0
        ? html`<p>${yesOrNo(true)} The tokens of ${isWhole ? 'all clients' : 'all of these'} are bound.</p>`
        : html`<p>${yesOrNo(false)} The tokens of ${unbound.length} are not bound:</p>
            <ul>
              ${items}
            </ul>
            ${unbound.length > items.length && html`<p>And of ${unbound.length - items.length} others.</p>`}`
    }`
}

function nameOf(name: unknown, id: unknown): string {
  return typeof name === 'string' ? name : `Client ${String(id)}`
}

/** What the console can know: certificates in records. Those that clients present are not stored. */
function endings(record: Members, { list, isWhole }: Clients, { now }: ConsoleRequest): Markup {
  const soon = endingOf(record, list, now)
  const items = soon.map(
    ({ what, subject, ends }: Ending) =>
      html`<li>${what}: <code>${subject}</code>, ends ${moment(ends, now)}</li>`,
  )
  return html`<h2>What ends soon</h2>
    ${
      items.length === 0
        ? html`<p>Nothing in the records ends within 60 days.</p>`
        : html`<ul>
            ${items}
          </ul>`
    }
    <p>
      Only roots, issuers, credentials of the Web API and registered self-signed
      certificates${!isWhole && ' of these clients'} are known. When the certificates of other clients end is
      not known here: they are not stored. What was refused lately is in the log of the deployment.
    </p>`
}

/** A setting that is set and does nothing could be taken for one that works. */
function withoutEffect(record: Members): Markup | undefined {
  const names = [...FIELDS.service.values()]
    .filter((field) => !field.hasEffect && isSet(record[field.path]))
    .map(({ path }) => html`<li><code>${path}</code></li>`)
  if (names.length === 0) return undefined
  return html`<details>
    <summary>Carried without effect (${names.length})</summary>
    <p>These settings of the service are stored and returned. They change nothing.</p>
    <ul>
      ${names}
    </ul>
  </details>`
}

function isSet(value: unknown): boolean {
  const isEmpty = Array.isArray(value) && value.length === 0
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '' && !isEmpty
}

/** For a credential of a smaller role: what the service publishes. */
async function publicOverview({ api }: ConsoleRequest): Promise<Answer> {
  const answer = await api.get('/service/configuration')
  if (answer.status >= 300) throw new ApiProblem(answer)
  const { json } = answer
  const facts = Object.entries(json).map(
    ([name, value]) =>
      html`<dt><code>${name}</code></dt>
        <dd><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></dd>`,
  )
  const main = html`<p class="notice">
      Read only: the credential of this console has a smaller role than <code>manage</code>. This is what the
      service publishes.
    </p>
    <dl class="facts">${facts}</dl>`
  return { title: 'Overview', main }
}

export const OVERVIEW: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}', needs: 'nothing', handle: overview },
]
