import { html, type Markup } from '../../markup.ts'
import type { Answer, ConsoleRequest, Route } from '../page.ts'
import { ApiProblem, type Members, requireDone } from '../web-api.ts'
import { moment, shortened, yesOrNo } from '../words.ts'
import { type Ending, endingOf } from './endings.ts'

/** As many clients are looked at; a list of all would take long. */
const MOST_CLIENTS = 200
const SWITCH = 'tlsClientCertificateBoundAccessTokens'

async function overview(request: ConsoleRequest): Promise<Answer> {
  const { service, isOrganization, params } = request
  if (service === undefined) return publicOverview(request)
  const { record } = service
  const clients = isOrganization ? undefined : await readClients(request)
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
    </dl>`
  return { title: 'Overview', main }
}

function formatOf({ accessTokenSignAlg }: Members): string {
  return typeof accessTokenSignAlg === 'string' ? `JWT, signed with ${accessTokenSignAlg}` : 'opaque'
}

interface Clients {
  readonly list: readonly Members[]
  readonly total: number
}

async function readClients({ api }: ConsoleRequest): Promise<Clients> {
  const members = requireDone(await api.get('/client/get/list', { start: '0', end: String(MOST_CLIENTS) }))
  const { clients, totalCount } = members
  return { list: Array.isArray(clients) ? (clients as Members[]) : [], total: Number(totalCount) }
}

function binding(record: Members, serviceId: string, clients: Clients | undefined): Markup {
  const isOn = record[SWITCH] === true
  return html`<h2>What is bound</h2>
    <p>${yesOrNo(isOn)} Tokens of this service can be bound to certificates (<code>${SWITCH}</code>).</p>
    ${
      !isOn &&
      html`<div class="warning">
        <strong>No token is bound today.</strong> Anyone who gets hold of one can use it. Turn binding on in
        <a href="/${serviceId}/service/tokens-and-claims">Service &gt; Tokens and Claims</a>.
      </div>`
    }
    ${clients !== undefined && clientsSummary(isOn, serviceId, clients)}`
}

function clientsSummary(isOn: boolean, serviceId: string, { list, total }: Clients): Markup {
  if (total === 0)
    return html`<p>
      There is no client yet. <a href="/${serviceId}/clients/create">Create the first one.</a>
    </p>`
  const unbound = list.filter((client) => client[SWITCH] !== true)
  const scope = total > list.length ? ` The oldest ${list.length} were looked at.` : ''
  const items = unbound.slice(0, 20).map(
    ({ clientId, clientName }) =>
      html`<li>
        <a href="/${serviceId}/clients/${Number(clientId)}/tokens-and-claims"
          >${nameOf(clientName, clientId)}</a
        >
      </li>`,
  )
  return html`<p>${total} ${total === 1 ? 'client' : 'clients'}.${scope}</p>
    ${
      unbound.length > 0 &&
      html`<p>
          ${yesOrNo(false)} ${unbound.length} with the switch off: their tokens are not
          bound${isOn ? '' : ' either'}.
        </p>
        <ul>
          ${items}
        </ul>`
    }`
}

function nameOf(name: unknown, id: unknown): string {
  return typeof name === 'string' ? name : `Client ${String(id)}`
}

/** What the console can know: certificates in records. Those that clients present are not stored. */
function endings(record: Members, clients: Clients | undefined, { now }: ConsoleRequest): Markup {
  const soon = endingOf(record, clients?.list ?? [], now)
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
      Only roots, issuers and registered self-signed certificates are known. When the certificates of other
      clients end is not known here: they are not stored.
    </p>`
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
