import { html, type Insertable, type Markup } from '../../../markup.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { type Read, versionOf } from '../../settings/settings-page.ts'
import { wideTable } from '../../table.ts'
import { ApiProblem, type Members } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { secretShown } from '../clients/create.ts'
import { changedBy, credentialsOf, MAX_DAYS, ROLES } from './credential-changes.ts'
import { readOf, SERVICE_CHANGED, SERVICE_SOURCE } from './pages.ts'

const PATH = '/{serviceId}/service/credentials'
const HEADS = ['Credential', 'Role', 'Created', 'Expires', 'Change']
const ROLE_WORDS: Readonly<Record<string, string>> = {
  introspect: 'for resource servers: introspect tokens and read the published metadata',
  runtime: 'for authorization servers: also authorization, tokens and revocation',
  manage: 'for operators and this console: everything in this service',
}

const STOPPED_WORDS: Readonly<Record<string, string>> = {
  introspect: 'Resource servers that use it will refuse every token.',
  runtime: 'Authorization servers that use it will issue no tokens, so nobody can log in.',
  manage: 'Scripts, consoles and deployments that use it will not be able to change anything.',
}

function show(request: ConsoleRequest): Page {
  return credentialsPage(request, readOf(request))
}

interface Outcome {
  readonly problem?: Insertable
  /** The new credential, with its secret. */
  readonly made?: Members
  readonly status?: number
}

function credentialsPage(request: ConsoleRequest, read: Read, { problem, made, status }: Outcome = {}): Page {
  // The forms of this page are valid only for the version of the record that it shows.
  const hidden = html`${request.csrf}<input type="hidden" name="version" value="${versionOf(read)}" />`
  const rows = credentialsOf(read.record).map((one) => row(one, request, hidden, one['id'] === made?.['id']))
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    ${made !== undefined && secretShown(String(made['secret']), 'The new credential')}
    <p>
      Callers of the Web API authenticate with these: <code>Bearer</code> in version 3, Basic in version 2.
      Every process applies a change within <code>registryCacheSeconds</code> of the deployment (10 by
      default).
    </p>
    ${wideTable({ label: 'Credentials' }, HEADS, rows, 'cards')} ${lastUse()}
    ${makeForm(hidden, request.form)}`
  return {
    title: 'Credentials',
    main,
    crumbs: SERVICE_SOURCE.crumbs(request, read),
    wide: true,
    status: status ?? (problem === undefined ? 200 : 400),
  }
}

const LAST_USE = `filter ispresent(credential)
| stats max(@timestamp) as lastUse, count(*) as calls by credential
| sort lastUse desc`

/** The console cannot read the log. */
function lastUse(): Markup {
  return html`<details>
    <summary>When was each last used?</summary>
    <p>
      The log of the deployment contains the ID of the credential in the line of each call. Use this query in
      CloudWatch Logs Insights, with the log groups of the functions:
    </p>
    <button type="button" class="quiet" data-copy-from="last-use">Copy</button>
    <pre tabindex="0"><code id="last-use">${LAST_USE}</code></pre>
  </details>`
}

function makeForm(hidden: Markup, form: URLSearchParams): Markup {
  const typed = (name: string) => form.has('role') && (form.get(name) ?? '')
  return html`<h2>Create a credential</h2>
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
        <label for="note">Note</label>
        <input id="note" name="note" maxlength="200" value="${typed('note')}" aria-describedby="note-help" />
        <span id="note-help" class="beside"
          >The caller that will use it, so that others know what to rotate.</span
        >
      </p>
      <p>
        <label for="days">Days until it expires</label>
        <input
          id="days"
          name="days"
          type="number"
          min="1"
          max="${MAX_DAYS}"
          value="${typed('days')}"
          aria-describedby="days-help"
        />
        <span id="days-help" class="beside">If empty, it never expires.</span>
      </p>
      <button class="first" name="step" value="make">Create the credential</button>
    </form>`
}

function row(credential: Members, request: ConsoleRequest, hidden: Markup, isNew: boolean): Markup {
  const { role, expiresAt, createdAt } = credential
  const id = String(credential['id'])
  const note = typeof credential['note'] === 'string' ? credential['note'] : ''
  const { form } = request
  const isOwn = id === request.credentialId
  const isTyped = form.get('step') === 'withdraw' && form.get('id') === id
  const typed = isTyped ? (form.get('typed') ?? '') : undefined
  return html`<tr class="${isNew && 'decided'}">
    <th scope="row">
      ${note}
      <code class="detail">${id}</code>${isOwn && 'this console'}${isNew && 'new, shown above'}
    </th>
    <td data-head="Role"><code class="whole">${String(role)}</code></td>
    <td data-head="Created">${typeof createdAt === 'number' ? moment(createdAt, request.now) : 'unknown'}</td>
    <td data-head="Expires">${typeof expiresAt === 'number' ? moment(expiresAt, request.now) : 'never'}</td>
    <td>
      <details ${typed !== undefined && html`open`}>
        <summary>Change or withdraw <span class="hidden">credential ${id}</span></summary>
        ${isOwn && html`<p class="warning">The console uses this credential. Without it, the console does not work.</p>`}
        <form method="post" class="typed">
          ${hidden}<input type="hidden" name="id" value="${id}" />
          <label for="note-${id}">Note</label>
          <input id="note-${id}" name="note" maxlength="200" value="${note}" />
          <label for="days-${id}">Days until it expires (if empty, unchanged)</label>
          <div class="pair">
            <input id="days-${id}" name="days" type="number" min="1" max="${MAX_DAYS}" />
            <button name="step" value="change">Change it</button>
          </div>
        </form>
        <p>
          After it is withdrawn, every call with it gets 401, at once in some processes and within
          <code>registryCacheSeconds</code> in all. This cannot be undone. ${STOPPED_WORDS[String(role)]}
        </p>
        ${confirmationForm({
          ...{ id, step: 'withdraw', button: 'Withdraw the credential', name: nameToType(credential), typed },
          hidden: html`${hidden}<input type="hidden" name="id" value="${id}" />`,
        })}
      </details>
    </td>
  </tr>`
}

/** The note, or the ID if there is no note. */
function nameToType({ note, id }: Members): string {
  return typeof note === 'string' && note.trim() !== '' ? note.trim() : String(id)
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, api, here } = request
  const read = readOf(request)
  if (form.get('version') !== versionOf(read))
    return credentialsPage(request, read, { problem: SERVICE_CHANGED, status: 409 })
  const id = form.get('id') ?? ''
  if (!form.has('step')) return credentialsPage(request, read)
  const all = credentialsOf(read.record)
  const chosen = all.find((one) => one['id'] === id)
  if (form.get('step') === 'withdraw' && chosen !== undefined) {
    const name = nameToType(chosen)
    if (![name, id].includes(form.get('typed')?.trim() ?? ''))
      return credentialsPage(request, read, { problem: linkToTyped(id, name) })
  }
  const changed = changedBy(form, all, request.now)
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
  return credentialsPage(request, { record: answer.json, etag: answer.etag }, { made })
}

export const SERVICE_CREDENTIALS: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'service', handle: show },
  { method: 'POST', path: PATH, needs: 'service', handle: change },
]
