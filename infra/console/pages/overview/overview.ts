import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Route } from '../../page.ts'
import { FIELDS } from '../../settings/fields.ts'
import { wideTable } from '../../table.ts'
import { ApiProblem, type Members, requireDone } from '../../web-api.ts'
import { shortened } from '../../words.ts'
import { type Clients, countOf, readClients } from '../../clients.ts'
import { membersOf } from '../certificates/certificate-table.ts'
import { BINDING_SWITCH, clientBinding } from '../clients/binding.ts'
import { SOON_MILLISECONDS } from '../../settings/registered.ts'
import { type Ending, endingOf } from '../endings.ts'
import { keyStates } from '../service/key-states.ts'
import { stateWords } from '../service/keys.ts'
import { bindingBars } from './binding-bars.ts'
import { timeLine, YEAR_MILLISECONDS } from './time-line.ts'

async function overview(request: ConsoleRequest): Promise<Answer> {
  const { service, params, now } = request
  if (service === undefined) return publicOverview(request)
  const { record } = service
  const root = `/${params['serviceId'] ?? ''}`
  const clients = await readClients(request)
  const endings = endingOf(record, clients.list, await certificatesInUse(request), now, YEAR_MILLISECONDS)
  const main = html`${bindingPart(root, record, clients)}
    ${nextSteps(root, record, clients.list, endings, now)}
    <h2 id="ends">Expiring within a year</h2>
    ${endings.length === 0 ? html`<p>Nothing in the records expires within a year.</p>` : timeLine(root, endings, now)}
    <p>
      This includes the last tokens of signing keys, roots, issuers, credentials of the Web API, registered
      self-signed certificates, and the newest certificate in use of each client, among the
      ${MAX_CERTIFICATES} <a href="${root}/certificates">certificates in use</a> that end first. Refused
      requests are in the log of the deployment.
    </p>
    ${keysPart(root, record, now)}
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

const MAX_CERTIFICATES = 100

/** The certificates in use that end first. The organization's token may not read them. */
async function certificatesInUse({ api, isOrganization }: ConsoleRequest): Promise<readonly Members[]> {
  if (isOrganization) return []
  const asked = { pageSize: String(MAX_CERTIFICATES) }
  return membersOf(requireDone(await api.get('/certificate/get/list', asked))['certificates'])
}

function formatOf({ accessTokenSignAlg }: Members): string {
  return typeof accessTokenSignAlg === 'string' ? `JWT, signed with ${accessTokenSignAlg}` : 'opaque'
}

function bindingPart(root: string, record: Members, { list, next }: Clients): Markup {
  const bound = list.filter((client) => clientBinding(record, client).isBound).length
  const locked = list.filter((client) => client['locked'] === true).length
  const link = (count: number, word: string) =>
    html`<a href="${root}/clients?show=${word}">${count} ${word}</a>`
  return html`<h2>Token binding</h2>
    <dl class="facts">
      <dt>Binding</dt>
      <dd>
        ${isBindingOn(record) ? 'on for this service' : html`<span class="no">off; no token is bound to a certificate</span>`}
      </dd>
      <dt>Clients</dt>
      <dd>
        <a href="${root}/clients">${countOf(list.length)}</a>: ${link(bound, 'bound')},
        ${link(list.length - bound, 'unbound')}, ${link(locked, 'locked')}
      </dd>
    </dl>
    ${next !== undefined && html`<p>There are more clients. Only these were counted.</p>`}
    ${list.length > 0 && bindingBars(`${root}/clients`, record, list)}`
}

function isBindingOn(record: Members): boolean {
  return record[BINDING_SWITCH] === true || record['fapi2'] === true
}

/** The next steps, with the most urgent first. */
function nextSteps(
  root: string,
  record: Members,
  clients: readonly Members[],
  [first]: readonly Ending[],
  now: Date,
): Markup {
  const step = (path: string, label: string, why: string) =>
    html`<li><a href="${root}${path}">${label}</a> ${why}</li>`
  const unbound = clients.filter((client) => !clientBinding(record, client).isBound).length
  const steps = [
    !isBindingOn(record) &&
      step(
        '/service/tokens-and-claims',
        'Turn binding on.',
        'Anyone who obtains an unbound token can use it.',
      ),
    isBindingOn(record) &&
      unbound > 0 &&
      step(
        '/clients?show=unbound',
        `Bind ${countOf(unbound)}.`,
        'Anyone who obtains one of their tokens can use it.',
      ),
    first !== undefined &&
      first.ends - now.getTime() < SOON_MILLISECONDS &&
      step(`/${first.page}`, 'Renew what expires first:', `${first.what}, ${first.subject}.`),
    clients.length === 0 &&
      step(
        '/clients/create',
        'Create the first client.',
        'The next page shows the code for its first token.',
      ),
    clients.length > 0 &&
      step('/explain', 'Try a token.', 'The explainer shows whether it would be accepted, and why.'),
  ]
  return html`<h2>Next</h2>
    <ol>
      ${steps.filter((one) => one !== false)}
    </ol>`
}

function keysPart(root: string, record: Members, now: Date): Markup {
  const rows = keyStates(record).map(
    (state) =>
      html`<tr>
        <th scope="row"><code>${state.kid}</code></th>
        <td>${state.alg}</td>
        <td>${stateWords(state, now)}</td>
      </tr>`,
  )
  return html`<h2><a href="${root}/service/keys">Signing keys</a></h2>
    ${rows.length === 0 ? html`<p>There are no keys, so access tokens are opaque.</p>` : wideTable({ label: 'Signing keys' }, ['Key ID', 'Algorithm', 'State'], rows)}`
}

/** The settings without effect that are set, so that nobody relies on them. */
function withoutEffect(record: Members): Markup | undefined {
  const names = [...FIELDS.service.values()]
    .filter((field) => !field.hasEffect && isSet(record[field.path]))
    .map(({ path }) => html`<li><code>${path}</code></li>`)
  if (names.length === 0) return undefined
  return html`<details>
    <summary>Settings without effect (${names.length})</summary>
    <p>These settings of the service are stored and returned but have no effect.</p>
    <ul>
      ${names}
    </ul>
  </details>`
}

function isSet(value: unknown): boolean {
  const isEmpty = Array.isArray(value) && value.length === 0
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '' && !isEmpty
}

/** The overview for a credential with a smaller role: the published metadata of the service. */
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
      Read only: the credential of this console has a smaller role than <code>manage</code>. This is the
      published metadata of the service.
    </p>
    <dl class="facts">${facts}</dl>`
  return { title: 'Overview', main }
}

export const OVERVIEW: readonly Route[] = [
  { method: 'GET', path: '/{serviceId}', needs: 'nothing', handle: overview },
]
