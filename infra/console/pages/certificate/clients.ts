import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import { ApiProblem, type Members, requireDone } from '../../web-api.ts'
import type { CertificateFacts } from './facts.ts'
import { carried } from './questions.ts'
import { judgeFor, type Verdict } from './rules.ts'

const PAGE_SIZE = '100'
/** As many clients are judged for one answer, so that it does not keep somebody waiting. */
const MOST_CLIENTS = 1000

interface Judged {
  readonly record: Members
  readonly verdict: Verdict
}

/** Looks through the clients, page by page, and says where it stopped. */
export async function askAboutAll(request: ConsoleRequest, facts: CertificateFacts): Promise<Markup> {
  const { api, form, service, now } = request
  const judge = judgeFor(service?.record ?? {}, facts, now)
  const search = form.get('search') ?? ''
  const judged: Judged[] = []
  let [pageToken, pages] = [form.get('pageToken') ?? '', 0]
  do {
    const query = {
      pageSize: PAGE_SIZE,
      ...(search !== '' && { search }),
      ...(pageToken !== '' && { pageToken }),
    }
    const { clients, nextPageToken } = requireDone(await api.get('/client/get/list', query))
    const records = Array.isArray(clients) ? clients.filter(isJsonObject) : []
    for (const record of records) judged.push({ record, verdict: await judge(record) })
    pageToken = typeof nextPageToken === 'string' ? nextPageToken : ''
    pages += 1
  } while (pageToken !== '' && judged.length < MOST_CLIENTS && pages < MOST_CLIENTS / Number(PAGE_SIZE))
  const looked = (Number(form.get('looked')) || 0) + judged.length
  return allAnswer(judged, { looked, search, pageToken }, request, facts)
}

interface Progress {
  /** The clients that were judged, those of earlier answers included. */
  readonly looked: number
  readonly search: string
  /** Empty: there are no more. */
  readonly pageToken: string
}

function allAnswer(
  judged: readonly Judged[],
  { looked, search, pageToken }: Progress,
  request: ConsoleRequest,
  facts: CertificateFacts,
): Markup {
  const matched = judged.filter(({ verdict }) => verdict.kind === 'yes')
  const unknown = judged.filter(({ verdict }) => verdict.kind === 'unknown')
  const earlier = looked > judged.length ? ` (${looked} with those before)` : ''
  return html`<section aria-labelledby="answer">
    <h2 id="answer">The answer</h2>
    <p role="status">
      <strong>It would authenticate ${count(matched.length)}</strong> of the ${judged.length} looked
      at${earlier}. ${pageToken === '' ? 'There are no more.' : 'There are more.'}
    </p>
    ${list(matched, request)}
    ${
      unknown.length > 0 &&
      html`<h3>Not known of ${count(unknown.length)}</h3>
        ${list(unknown, request)}`
    }
    ${refusals(judged)}
    ${
      pageToken !== '' &&
      html`<form method="post">
        ${carried(facts, request)}
        <input type="hidden" name="search" value="${search}" />
        <input type="hidden" name="looked" value="${looked}" />
        <input type="hidden" name="pageToken" value="${pageToken}" />
        <p class="actions"><button name="step" value="all">Look at the next ${MOST_CLIENTS}</button></p>
      </form>`
    }
  </section>`
}

const count = (number: number) => `${number} ${number === 1 ? 'client' : 'clients'}`

function list(judged: readonly Judged[], request: ConsoleRequest): Markup | undefined {
  if (judged.length === 0) return undefined
  return html`<ul>
    ${judged.map(
      ({ record, verdict }) =>
        html`<li>
          ${linkOf(record, request)},
          <code>${String(record['tokenAuthMethod'])}</code>${verdict.kind === 'unknown' && `: ${verdict.why}`}
        </li>`,
    )}
  </ul>`
}

function linkOf({ clientId, clientName }: Members, { params }: ConsoleRequest): Markup {
  const href = `/${params['serviceId'] ?? ''}/clients/${Number(clientId)}/authentication`
  return html`<a href="${href}"
    >${typeof clientName === 'string' ? clientName : `Client ${Number(clientId)}`}</a
  >`
}

/** How many clients each rule keeps apart from the certificate. */
function refusals(judged: readonly Judged[]): Markup | undefined {
  const others = judged.filter(({ verdict }) => verdict.kind === 'other-method').length
  const counts = new Map<
    string,
    { readonly verdict: Extract<Verdict, { kind: 'no' }>; readonly number: number }
  >()
  for (const { verdict } of judged) {
    if (verdict.kind !== 'no') continue
    counts.set(verdict.reason, { verdict, number: (counts.get(verdict.reason)?.number ?? 0) + 1 })
  }
  if (others === 0 && counts.size === 0) return undefined
  return html`<details>
    <summary>Why the others say no</summary>
    <ul>
      ${others > 0 && html`<li>${count(others)}: no authentication by certificate</li>`}
      ${[...counts.values()].map(
        ({ verdict: { reason, resultCode, message }, number }) =>
          html`<li>${count(number)}: <code>${reason}</code> <code>${resultCode}</code> ${message}</li>`,
      )}
    </ul>
  </details>`
}

const REGISTERED = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
  'selfSignedCertificateKeyId',
  'jwksUri',
]

/** Judges for one client, and names the rule that says no. */
export async function askAboutOne(request: ConsoleRequest, facts: CertificateFacts): Promise<Markup> {
  const { api, form, service, now } = request
  const named = (form.get('client') ?? '').trim()
  const answer = named === '' ? undefined : await api.get(`/client/get/${encodeURIComponent(named)}`)
  if (answer === undefined || answer.status === 404)
    return html`<section aria-labelledby="answer">
      <h2 id="answer">The answer</h2>
      <p class="error" role="alert">This service has no client with that number or alias.</p>
    </section>`
  if (answer.status >= 300) throw new ApiProblem(answer)
  const verdict = await judgeFor(service?.record ?? {}, facts, now)(answer.json)
  const registered = REGISTERED.filter((name) => answer.json[name] !== undefined)
  return html`<section aria-labelledby="answer">
    <h2 id="answer">The answer</h2>
    <p role="status">${verdictWords(verdict, String(answer.json['tokenAuthMethod']))}</p>
    <dl class="facts">
      <dt>Client</dt>
      <dd>${linkOf(answer.json, request)}</dd>
      <dt><code>tokenAuthMethod</code></dt>
      <dd><code>${String(answer.json['tokenAuthMethod'])}</code></dd>
      ${registered.map(
        (name) =>
          html`<dt><code>${name}</code></dt>
            <dd><code>${String(answer.json[name])}</code></dd>`,
      )}
    </dl>
  </section>`
}

function verdictWords(verdict: Verdict, method: string): Markup {
  switch (verdict.kind) {
    case 'yes':
      return html`<span class="yes">yes</span> It would authenticate this client.`
    case 'no':
      return html`<span class="no">no</span> The rule that says so: <code>${verdict.reason}</code>
        <code>${verdict.resultCode}</code> ${verdict.message}`
    case 'other-method':
      return html`<span class="no">no</span> This client does not authenticate by a certificate, but by
        <code>${method}</code>.`
    case 'unknown':
      return html`<strong>Not known.</strong> ${verdict.why}`
  }
}
