import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { needsOf } from '../../settings/methods.ts'
import { ApiProblem, type Members } from '../../web-api.ts'
import { copyable } from '../../words.ts'
import { CERTIFICATE_SCRIPT } from '../../certificate-field.ts'
import { clientBinding } from './binding.ts'
import { createForm, emptyDraft } from './create-form.ts'
import { guide } from './guide.ts'
import { membersOf, readDraft, type ReadDraft } from './draft.ts'

const PATH = '/{serviceId}/clients/create'

function show(request: ConsoleRequest): Page {
  return formPage(request, emptyDraft(request), { names: [], canIssue: false })
}

function formPage(request: ConsoleRequest, form: URLSearchParams, read: ReadDraft, problem?: string): Page {
  const main = html`${problem !== undefined && problemBox('No client was created.', problem)}
  ${createForm(request, form, read)}`
  return {
    title: 'Create a client',
    main,
    crumbs: [{ label: 'Clients', href: `/${request.params['serviceId'] ?? ''}/clients` }],
    scripts: [CERTIFICATE_SCRIPT, 'create.js'],
    status: problem === undefined ? 200 : 400,
  }
}

async function create(request: ConsoleRequest): Promise<Answer> {
  const { form, api } = request
  const read = await readDraft(form)
  if (form.get('step') !== 'create') return formPage(request, form, read)
  const members = membersOf(form, read)
  if (members instanceof Error) return formPage(request, form, read, members.message)
  const answer = await api.post('/client/create', members)
  if (answer.status === 400) {
    const { resultMessage } = answer.json
    return formPage(request, form, read, typeof resultMessage === 'string' ? resultMessage : 'HTTP 400')
  }
  if (answer.status >= 300) throw new ApiProblem(answer)
  return createdPage(request, answer.json)
}

/** Only this page shows the secret, because the answer to a POST is neither in the history nor in a URL. */
function createdPage(request: ConsoleRequest, client: Members): Page {
  const { params, service } = request
  const root = `/${params['serviceId'] ?? ''}/clients`
  const { clientId, clientName, clientSecret, tokenAuthMethod } = client
  const id = String(clientId)
  const { isBound, why } = clientBinding(service?.record ?? {}, client)
  const main = html`<p class="notice" role="status" data-after="${root}/${id}/general">
      Created ${typeof clientName === 'string' ? clientName : 'the client'}. It can be used at once.
    </p>
    <dl class="facts">
      <dt>Client ID</dt>
      <dd>${copyable(id, 'the client ID')}</dd>
      <dt>Tokens are bound</dt>
      <dd>${isBound ? 'yes' : 'no'}, ${why}</dd>
    </dl>
    ${needsOf(tokenAuthMethod) === 'secret' && secretShown(String(clientSecret), 'The secret of the client')}
    <div class="actions">
      <a class="button first" href="${root}/${id}/general">Open the client</a>
      <a class="button" href="${root}">All clients</a>
    </div>
    <h2>The first token</h2>
    ${guide(service?.record ?? {}, client)}`
  return { title: 'Client created', main, crumbs: [{ label: 'Clients', href: root }] }
}

/** A new secret, with the note that it cannot be shown again. */
export function secretShown(secret: string, name: string): Markup {
  return html`<h2>${name}</h2>
    <p>Copy it now. It is stored only as a digest, so it cannot be shown again.</p>
    <p>${copyable(secret, 'the secret')}</p>`
}

export const CLIENT_CREATE: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'clients', handle: show },
  { method: 'POST', path: PATH, needs: 'clients', handle: create },
]
