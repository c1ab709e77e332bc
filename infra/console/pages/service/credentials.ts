import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Insertable, type Markup } from '../../../markup.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { SCHEMAS } from '../../settings/schemas.ts'
import { type Read, versionOf } from '../../settings/settings-page.ts'
import { wideTable } from '../../table.ts'
import { ApiProblem, type Members } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { secretShown } from '../clients/create.ts'
import { SERVICE_SOURCE } from './pages.ts'

const PATH = '/{serviceId}/service/credentials'
const DAY_MILLISECONDS = 86_400_000
const MOST_DAYS = 3650

const { credentials: CREDENTIALS } = SCHEMAS['ServiceSettings']?.properties ?? {}
const ROLES = CREDENTIALS?.items?.properties?.['role']?.enum ?? []
const ROLE_WORDS: Readonly<Record<string, string>> = {
  introspect: 'for resource servers: ask about tokens, read what the service publishes',
  runtime: 'for the authorization server: also authorization, tokens and revocation',
  manage: 'for operators and this console: everything in this service',
}

const STOPPED_WORDS: Readonly<Record<string, string>> = {
  introspect: 'A resource server that uses it refuses every token.',
  runtime: 'An authorization server that uses it issues no tokens, and nobody can log in.',
  manage: 'Scripts, consoles and deployments that use it can change nothing.',
}

function show(request: ConsoleRequest): Page {
  const { service } = request
  return credentialsPage(request, { record: service?.record ?? {}, etag: service?.answer.etag })
}

interface Outcome {
  readonly problem?: Insertable
  readonly secret?: string
  readonly status?: number
}

function credentialsPage(
  request: ConsoleRequest,
  read: Read,
  { problem, secret, status }: Outcome = {},
): Page {
  // A form of this page is good for the record that it shows.
  const hidden = html`${request.csrf}<input type="hidden" name="version" value="${versionOf(read)}" />`
  const rows = credentialsOf(read.record).map((one) => row(one, request, hidden))
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    ${secret !== undefined && secretShown(secret, 'The new credential')}
    <p>
      Callers of the Web API prove themselves by these: <code>Bearer</code> in version 3, Basic in version 2.
      Every process follows a change within <code>REGISTRY_CACHE_SECONDS</code> of the deployment.
    </p>
    ${wideTable({ label: 'Credentials' }, ['ID', 'Role', 'Expires', 'Change'], rows, 'cards')}
    ${makeForm(hidden, request.form)}`
  return {
    title: 'Credentials',
    main,
    crumbs: SERVICE_SOURCE.crumbs(request, read),
    wide: true,
    status: status ?? (problem === undefined ? 200 : 400),
  }
}

function makeForm(hidden: Markup, form: URLSearchParams): Markup {
  const days = form.has('role') && (form.get('days') ?? '')
  return html`<h2>Make a credential</h2>
    <form method="post" class="typed" data-work>
      ${hidden}
      <fieldset>
        <legend>Role</legend>
        ${ROLES.map(
          (role) =>
            html`<label class="tick">
              <input
                type="radio"
                name="role"
                value="${role}"
                required
                ${role === (form.get('role') ?? 'introspect') && html`checked`}
              />
              <span><code>${role}</code> ${ROLE_WORDS[role]}</span>
            </label>`,
        )}
      </fieldset>
      <p>
        <label for="days">Days until it expires</label>
        <input
          id="days"
          name="days"
          type="number"
          min="1"
          max="${MOST_DAYS}"
          value="${days}"
          aria-describedby="days-help"
        />
        <span id="days-help" class="beside">Empty: it never expires.</span>
      </p>
      <button class="first" name="step" value="make">Make it</button>
    </form>`
}

const credentialsOf = ({ credentials }: Members): Members[] =>
  Array.isArray(credentials) ? credentials.filter(isJsonObject) : []

function row(credential: Members, request: ConsoleRequest, hidden: Markup): Markup {
  const { role, expiresAt } = credential
  const id = String(credential['id'])
  const { form } = request
  const isOwn = id === request.credentialId
  const isTyped = form.get('step') === 'withdraw' && form.get('id') === id
  const typed = isTyped ? (form.get('typed') ?? '') : undefined
  return html`<tr>
    <th scope="row"><code>${id}</code>${isOwn && html`<br />this console`}</th>
    <td data-head="Role"><code>${String(role)}</code></td>
    <td data-head="Expires">${typeof expiresAt === 'number' ? moment(expiresAt, request.now) : 'never'}</td>
    <td>
      <details ${typed !== undefined && html`open`}>
        <summary>Expire or withdraw <span class="hidden">credential ${id}</span></summary>
        ${isOwn && html`<p class="warning">The console uses this credential. It can do nothing without it.</p>`}
        <form method="post" class="typed">
          ${hidden}<input type="hidden" name="id" value="${id}" />
          <label for="days-${id}">Days until it expires</label>
          <div class="pair">
            <input id="days-${id}" name="days" type="number" min="1" max="${MOST_DAYS}" required />
            <button name="step" value="expire">Let it expire</button>
          </div>
        </form>
        <p>
          Withdrawn, every call with it gets 401, at once in some processes and within
          <code>REGISTRY_CACHE_SECONDS</code> in all. Nothing brings it back. ${STOPPED_WORDS[String(role)]}
        </p>
        ${confirmationForm({
          ...{ id, step: 'withdraw', button: 'Withdraw it now', name: id, typed },
          hidden: html`${hidden}<input type="hidden" name="id" value="${id}" />`,
        })}
      </details>
    </td>
  </tr>`
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, service, api, here } = request
  const read = { record: service?.record ?? {}, etag: service?.answer.etag }
  const stale = 'Somebody else changed the service after you opened this page. This is how it is now.'
  if (form.get('version') !== versionOf(read))
    return credentialsPage(request, read, { problem: stale, status: 409 })
  const id = form.get('id') ?? ''
  if (!form.has('step')) return credentialsPage(request, read)
  if (form.get('step') === 'withdraw' && form.get('typed')?.trim() !== id)
    return credentialsPage(request, read, { problem: linkToTyped(id, id) })
  const changed = changedBy(form, credentialsOf(read.record), request.now)
  if (changed instanceof Error) return credentialsPage(request, read, { problem: changed.message })
  const body = { ...read.record, credentials: changed.credentials }
  const answer = await api.post('/service/update', body, read.etag)
  if (answer.status === 412)
    return { location: here, notice: 'Somebody else changed the service. Nothing was done.' }
  const { resultMessage } = answer.json
  if (answer.status === 400)
    return credentialsPage(request, read, {
      problem: typeof resultMessage === 'string' ? resultMessage : 'HTTP 400',
    })
  if (answer.status >= 300) throw new ApiProblem(answer)
  const made = credentialsOf(answer.json).find(({ secret }) => typeof secret === 'string')
  if (made === undefined) return { location: here, notice: changed.done }
  return credentialsPage(
    request,
    { record: answer.json, etag: answer.etag },
    { secret: String(made['secret']) },
  )
}

interface Changed {
  readonly credentials: readonly Members[]
  readonly done: string
}

/** Only `id`, `role` and `expiresAt` are sent. Without an `id` the Web API makes a new one. */
function changedBy(form: URLSearchParams, all: readonly Members[], now: Date): Changed | Error {
  const id = form.get('id') ?? ''
  const days = form.get('days') ?? ''
  if (days !== '' && !(/^[1-9]\d{0,3}$/.test(days) && Number(days) <= MOST_DAYS))
    return new Error(`The days must be a whole number, 1 to ${MOST_DAYS}.`)
  const end = days === '' ? {} : { expiresAt: now.getTime() + Number(days) * DAY_MILLISECONDS }
  const kept = all.map(({ id: one, role, expiresAt }) => ({
    id: one,
    role,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }))
  const step = form.get('step')
  const role = ROLES.find((one) => one === form.get('role'))
  if (step === 'make' && role !== undefined) return { credentials: [...kept, { role, ...end }], done: '' }
  if (!all.some((one) => one['id'] === id)) return new Error('There is no such credential.')
  if (step === 'expire' && days !== '')
    return {
      credentials: kept.map((one) => (one.id === id ? { ...one, ...end } : one)),
      done: `Credential ${id} expires in ${days} days.`,
    }
  if (step === 'withdraw')
    return { credentials: kept.filter((one) => one.id !== id), done: `Withdrew the credential ${id}.` }
  return new Error('The form has no step that is known.')
}

export const SERVICE_CREDENTIALS: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'service', handle: show },
  { method: 'POST', path: PATH, needs: 'service', handle: change },
]
