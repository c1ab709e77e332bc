import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { nameOf } from '../../clients.ts'
import type { Members } from '../../web-api.ts'
import { clientBinding } from '../clients/binding.ts'
import { CLIENT_SOURCE } from '../clients/settings.ts'
import { unknownPage } from '../failures.ts'
import { confirmation, ofSubject, ofToken, revoke } from './revoking.ts'
import { readTokens, tokenTable } from './token-table.ts'

const CLIENT_PATH = '/{serviceId}/clients/{clientId}/tokens'
const SUBJECT_PATH = '/{serviceId}/tokens'

async function showOfClient(request: ConsoleRequest): Promise<Page> {
  const { query, params } = request
  const read = await CLIENT_SOURCE.read(request)
  const subject = query.get('subject') ?? ''
  const clientIdentifier = String(read.record['clientId'])
  const list = await readTokens(request, { clientIdentifier, ...(subject !== '' && { subject }) })
  const main = html`${bindingNote(request, read.record)}
    <form class="find">
      ${subjectField('Subject (if empty, all subjects)', subject)}
      <p class="actions"><button>Show</button></p>
    </form>
    ${tokenTable(list, request)} ${subject !== '' && list.total > 0 && allOfSubject(request, subject)}
    ${about(request)}
    <h2>All tokens of this client</h2>
    <p>
      <a href="/${params['serviceId']}/clients/${clientIdentifier}/danger">Danger &gt; Cut off</a> ends all
      its tokens at once.
    </p>`
  return { title: 'Tokens', main, crumbs: CLIENT_SOURCE.crumbs(request, read), wide: true }
}

async function showOfSubject(request: ConsoleRequest): Promise<Page> {
  const subject = request.query.get('subject') ?? ''
  const main = html`<p>
      The tokens of an end-user at all clients. With many clients this takes a while, because each is queried.
    </p>
    <form class="find">
      ${subjectField('Subject', subject, true)}
      <p class="actions"><button class="first">Show</button></p>
    </form>
    ${subject !== '' && (await listOfSubject(request, subject))}`
  return { title: 'Tokens of a subject', main, wide: true }
}

async function listOfSubject(request: ConsoleRequest, subject: string): Promise<Markup> {
  const list = await readTokens(request, { subject })
  return html`<h2>Tokens</h2>
    ${tokenTable(list, request)} ${list.total > 0 && allOfSubject(request, subject)} ${about(request)}`
}

function subjectField(label: string, subject: string, isRequired = false): Markup {
  return html`<p class="field">
    <label for="subject">${label}</label>
    <input
      id="subject"
      name="subject"
      value="${subject}"
      autocomplete="off"
      ${isRequired && html`required`}
    />
  </p>`
}

function allOfSubject({ csrf }: ConsoleRequest, subject: string): Markup {
  return html`<form method="post" class="actions">
    ${csrf}<input type="hidden" name="subject" value="${subject}" />
    <button class="danger" name="step" value="ask-subject">Revoke all tokens of ${subject}</button>
  </form>`
}

/** The limits of the list. */
function about({ service }: ConsoleRequest): Markup {
  const alg = service?.record['accessTokenSignAlg']
  return html`<p>
    Format:
    ${typeof alg === 'string' ? `new access tokens are JWTs, signed with ${alg}` : 'new access tokens are opaque'}.
    The store keeps only digests, so the format of earlier tokens is unknown; the
    <em>Decision explainer</em> shows it for a token that you have. The list can be out of date by a moment.
  </p>`
}

/** Unbound tokens are the most important fact of a list, so the warning is at its top. */
function bindingNote({ service, params }: ConsoleRequest, record: Members): Markup | undefined {
  const { isBound, why } = clientBinding(service?.record ?? {}, record)
  if (isBound) return undefined
  const root = `/${params['serviceId'] ?? ''}`
  const isOffForService = why !== 'off for the client'
  const place = isOffForService
    ? html`<a href="${root}/service/tokens-and-claims">Service &gt; Tokens and Claims</a>`
    : html`<a href="${root}/clients/${Number(record['clientId'])}/tokens-and-claims">Tokens and Claims</a>`
  return html`<div class="warning">
    <p>
      <strong>New tokens of this client are NOT bound to a certificate (${why}).</strong> Anyone who obtains
      one can use it until it expires. Turn binding on in ${place}. This does not change tokens that are
      already issued.
    </p>
  </div>`
}

/** Asks first. Only the confirmation page sends `revoke`. */
async function actOnClient(request: ConsoleRequest): Promise<Answer> {
  const read = await CLIENT_SOURCE.read(request)
  const client = { clientId: String(read.record['clientId']), name: nameOf(read.record) }
  return act(request, CLIENT_SOURCE.crumbs(request, read), client)
}

async function act(
  request: ConsoleRequest,
  crumbs: NonNullable<Page['crumbs']>,
  client?: { readonly clientId: string; readonly name: string },
): Promise<Answer> {
  const { form } = request
  const [token, subject] = [form.get('token') ?? '', form.get('subject') ?? '']
  if (token === '' && subject === '') return unknownPage()
  const revocation = token === '' ? ofSubject(subject, client) : ofToken(token)
  return (form.get('step') === 'revoke' ? revoke : confirmation)(revocation, request, crumbs)
}

export const TOKENS: readonly Route[] = [
  { method: 'GET', path: CLIENT_PATH, needs: 'tokens', handle: showOfClient },
  { method: 'POST', path: CLIENT_PATH, needs: 'tokens', handle: actOnClient },
  { method: 'GET', path: SUBJECT_PATH, needs: 'tokens', handle: showOfSubject },
  { method: 'POST', path: SUBJECT_PATH, needs: 'tokens', handle: (request) => act(request, []) },
]
