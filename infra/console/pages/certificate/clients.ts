import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { countOf, nameOf } from '../../clients.ts'
import type { CertificateFacts } from './facts.ts'
import { carried } from './questions.ts'

const EXPLAIN = '/client/certificate/explain'
const PAGE_SIZE = 100
/** The limit of clients for one answer, so that it takes only seconds. */
const MAX_CLIENTS = 1000

/** Examines the clients, page by page, and shows where it stopped. */
export async function askAboutAll(request: ConsoleRequest, facts: CertificateFacts): Promise<Markup> {
  const { api, form } = request
  const search = form.get('search') ?? ''
  const explained: Members[] = []
  let [pageToken, pages] = [form.get('pageToken') ?? '', 0]
  do {
    const { clients, nextPageToken } = requireDone(
      await api.post(EXPLAIN, {
        clientCertificate: facts.pem,
        pageSize: PAGE_SIZE,
        ...(search !== '' && { search }),
        ...(pageToken !== '' && { pageToken }),
      }),
    )
    explained.push(...(Array.isArray(clients) ? clients.filter(isJsonObject) : []))
    pageToken = typeof nextPageToken === 'string' ? nextPageToken : ''
    pages += 1
  } while (pageToken !== '' && explained.length < MAX_CLIENTS && pages < MAX_CLIENTS / PAGE_SIZE)
  const looked = (Number(form.get('looked')) || 0) + explained.length
  return allAnswer(explained, { looked, search, pageToken }, request, facts)
}

interface Progress {
  /** How many clients were examined, including those of earlier answers. */
  readonly looked: number
  readonly search: string
  /** Empty if there are no more clients. */
  readonly pageToken: string
}

function allAnswer(
  explained: readonly Members[],
  { looked, search, pageToken }: Progress,
  request: ConsoleRequest,
  facts: CertificateFacts,
): Markup {
  const passed = explained.filter(({ outcome }) => outcome === 'PASSED')
  const unknown = explained.filter(isUnknown)
  const earlier = looked > explained.length ? ` (${looked} in all)` : ''
  return html`<section aria-labelledby="answer">
    <h2 id="answer">The answer</h2>
    <p role="status">
      <strong>It would authenticate ${countOf(passed.length)}</strong> of the ${explained.length}
      examined${earlier}. ${pageToken === '' ? 'There are no more.' : 'There are more.'}
    </p>
    ${list(passed, request)}
    ${
      unknown.length > 0 &&
      html`<h3>Unknown for ${countOf(unknown.length)}</h3>
        ${list(unknown, request)}`
    }
    ${refusals(explained)}
    ${
      pageToken !== '' &&
      html`<form method="post">
        ${carried(facts, request)}
        <input type="hidden" name="search" value="${search}" />
        <input type="hidden" name="looked" value="${looked}" />
        <input type="hidden" name="pageToken" value="${pageToken}" />
        <p class="actions"><button name="step" value="all">Examine the next ${MAX_CLIENTS}</button></p>
      </form>`
    }
  </section>`
}

/** The certificates of the client are published at a URL, which the Web API does not fetch for this. */
const isUnknown = ({ outcome, reason }: Members) => outcome === 'NOT_LOOKED_AT' && reason !== undefined

const KEYS_AT_URI = 'Its keys are published at jwksUri, which is not fetched for this question.'

function list(explained: readonly Members[], request: ConsoleRequest): Markup | undefined {
  if (explained.length === 0) return undefined
  return html`<ul>
    ${explained.map(
      (client) =>
        html`<li>
          ${linkOf(client, request)},
          <code>${String(client['tokenAuthMethod'])}</code>${isUnknown(client) && `: ${KEYS_AT_URI}`}
        </li>`,
    )}
  </ul>`
}

function linkOf(client: Members, { params }: ConsoleRequest): Markup {
  const href = `/${params['serviceId'] ?? ''}/clients/${Number(client['clientId'])}/authentication`
  return html`<a href="${href}">${nameOf(client)}</a>`
}

/** How many clients each rule refuses. */
function refusals(explained: readonly Members[]): Markup | undefined {
  const others = explained.filter((client) => client['outcome'] === 'NOT_LOOKED_AT' && !isUnknown(client))
  const failed = explained.filter(({ outcome }) => outcome === 'FAILED')
  const rules = Object.values(Object.groupBy(failed, ({ reason }) => String(reason)))
  if (others.length === 0 && failed.length === 0) return undefined
  return html`<details>
    <summary>Why the other clients are refused</summary>
    <ul>
      ${others.length > 0 && html`<li>${countOf(others.length)}: they do not authenticate with a certificate</li>`}
      ${rules.map((clients = []) => html`<li>${countOf(clients.length)}: ${ruleOf(clients[0])}</li>`)}
    </ul>
  </details>`
}

const ruleOf = ({ reason, resultMessage }: Members = {}) =>
  html`<code>${String(reason)}</code> ${String(resultMessage)}`

const REGISTERED = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
  'selfSignedCertificateKeyId',
  'jwksUri',
]

/** Examines one client, and names the rule that refuses it. */
export async function askAboutOne(request: ConsoleRequest, facts: CertificateFacts): Promise<Markup> {
  const { api, form } = request
  const named = (form.get('client') ?? '').trim()
  const answer = named === '' ? undefined : await api.get(`/client/get/${encodeURIComponent(named)}`)
  if (answer === undefined || answer.status === 404)
    return html`<section aria-labelledby="answer">
      <h2 id="answer">The answer</h2>
      <p class="error" role="alert">This service has no client with that number or alias.</p>
    </section>`
  const record = requireDone(answer)
  const asked = { clientCertificate: facts.pem, clientId: String(record['clientId']) }
  const { clients } = requireDone(await api.post(EXPLAIN, asked))
  const [explained = {}] = Array.isArray(clients) ? clients.filter(isJsonObject) : []
  const registered = REGISTERED.filter((name) => record[name] !== undefined)
  return html`<section aria-labelledby="answer">
    <h2 id="answer">The answer</h2>
    <p role="status">${outcomeWords(explained)}</p>
    <dl class="facts">
      <dt>Client</dt>
      <dd>${linkOf(record, request)}</dd>
      <dt><code>tokenAuthMethod</code></dt>
      <dd><code>${String(record['tokenAuthMethod'])}</code></dd>
      ${registered.map(
        (name) =>
          html`<dt><code>${name}</code></dt>
            <dd><code>${String(record[name])}</code></dd>`,
      )}
    </dl>
  </section>`
}

function outcomeWords(client: Members): Markup {
  const { outcome, tokenAuthMethod } = client
  if (outcome === 'PASSED') return html`<span class="yes">yes</span> It would authenticate this client.`
  if (isUnknown(client)) return html`<strong>Unknown.</strong> ${KEYS_AT_URI}`
  if (outcome === 'FAILED')
    return html`<span class="no">no</span> The rule that refuses it: ${ruleOf(client)}`
  return html`<span class="no">no</span> This client does not authenticate with a certificate but with
    <code>${String(tokenAuthMethod)}</code>.`
}
