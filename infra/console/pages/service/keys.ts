import { html, type Markup } from '../../../markup.ts'
import { KEY_ALGORITHMS, newSigningKey } from '../../../signing-key.ts'
import { table, wideTable } from '../../table.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { versionOf } from '../../settings/settings-page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { keysOf, type KeyState, keyStates } from './key-states.ts'
import { SERVICE_SOURCE } from './pages.ts'

const PATH = '/{serviceId}/service/keys'

async function show(request: ConsoleRequest): Promise<Answer> {
  const { service, params, api } = request
  if (service !== undefined) return keysPage(request)
  const keys = requireDone(await api.get('/service/jwks/get'))['keys']
  const rows = (Array.isArray(keys) ? (keys as Members[]) : []).map(
    ({ kid, alg }) =>
      html`<tr>
        <th scope="row"><code>${String(kid)}</code></th>
        <td>${String(alg)}</td>
      </tr>`,
  )
  const main = html`<p>Read only: the keys that service ${params['serviceId']} publishes.</p>
    ${table(['Key ID', 'Algorithm'], rows)}`
  return { title: 'Keys', main }
}

function keysPage(request: ConsoleRequest, problem?: string): Page {
  const record = request.service?.record ?? {}
  const states = keyStates(record)
  const rows = states.map((state) => row(state, record, request))
  const main = html`${
      problem !== undefined &&
      html`<div class="problem" role="alert">
        <p><strong>Nothing was changed.</strong> ${problem}</p>
      </div>`
    }
    <p>
      A key is published before it signs, so that verifiers know it, and stays published until the last token
      that it signed has ended. So a change of keys has three steps: publish, sign, withdraw.
    </p>
    ${
      rows.length === 0
        ? html`<p>There is no key. Access tokens are opaque, and no introspection response can be signed.</p>`
        : wideTable({ label: 'Keys' }, ['Key ID', 'Algorithm', 'State', 'Next step'], rows)
    }
    <h2>Publish a new key</h2>
    <p>
      The key is made in the process of the console and sent to the Web API, which never returns its private
      half. It does not sign yet.
    </p>
    <form method="post">
      ${hidden(request)}
      <p>
        <label for="kid">Key ID</label>
        <input id="kid" name="kid" required maxlength="256" autocomplete="off" />
      </p>
      <p>
        <label for="alg">Algorithm</label>
        <select id="alg" name="alg">
          ${KEY_ALGORITHMS.map((alg) => html`<option>${alg}</option>`)}
        </select>
      </p>
      <button class="first" name="step" value="publish">Publish</button>
    </form>`
  return {
    title: 'Keys',
    main,
    crumbs: SERVICE_SOURCE.crumbs(request, readOf(request)),
    wide: true,
    status: problem === undefined ? 200 : 400,
  }
}

const readOf = ({ service }: ConsoleRequest) => ({
  record: service?.record ?? {},
  etag: service?.answer.etag,
})

/** A change is refused if the service was changed after the page was read. */
function hidden(request: ConsoleRequest): Markup {
  return html`${request.csrf}<input type="hidden" name="version" value="${versionOf(readOf(request))}" />`
}

function row(state: KeyState, record: Members, request: ConsoleRequest): Markup {
  const { kid, alg } = state
  const button = (step: string, label: string) =>
    html`<form method="post">
      ${hidden(request)}
      <input type="hidden" name="kid" value="${kid}" />
      <button name="step" value="${step}">${label} <span class="hidden">key ${kid}</span></button>
    </form>`
  const isFirst = record['accessTokenSignAlg'] === undefined
  return html`<tr>
    <th scope="row"><code>${kid}</code></th>
    <td>${alg}</td>
    <td>${stateWords(state, request.now)}</td>
    <td>
      ${
        !state.isSigning &&
        html`${waiting(state, request.now)}
        ${button('sign', isFirst ? 'Sign access tokens (JWT) with this' : 'Sign with this')}`
      }
      ${withdrawal(state, request.now, () => button('withdraw', 'Withdraw'))}
    </td>
  </tr>`
}

function stateWords({ isSigning, signsFor, signedUntil, publishedAt }: KeyState, now: Date): Markup {
  const since = publishedAt === undefined ? undefined : html` Published ${moment(publishedAt, now)}.`
  const signing = isSigning
    ? 'Signs access tokens.'
    : signedUntil === undefined
      ? 'Published, and does not sign access tokens.'
      : undefined
  return html`${signing} ${signedUntil !== undefined && html`Signed until ${moment(signedUntil, now)}.`}
  ${signsFor.includes('INTROSPECTION_RESPONSES') && 'Signs introspection responses.'}
  ${signsFor.includes('ID_TOKENS') && 'Signs ID tokens.'}${since}`
}

function waiting({ signsWellFrom }: KeyState, now: Date): Markup | undefined {
  if (signsWellFrom === undefined || signsWellFrom <= now.getTime()) return undefined
  return html`<p>Wait until ${moment(signsWellFrom, now)}: verifiers may not know the key before.</p>`
}

function withdrawal(
  { isSigning, namedBy, withdrawableAt }: KeyState,
  now: Date,
  button: () => Markup,
): Markup {
  if (isSigning) return html`<p>To withdraw it, let another key sign first.</p>`
  if (namedBy.length > 0) return html`<p>To withdraw it, change <code>${namedBy.join(', ')}</code> first.</p>`
  if (withdrawableAt !== undefined && withdrawableAt > now.getTime())
    return html`<p>Its last token ends ${moment(withdrawableAt, now)}; it can be withdrawn then.</p>`
  return button()
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, api, service } = request
  const read = readOf(request)
  if (form.get('version') !== versionOf(read))
    return {
      ...keysPage(
        request,
        'Somebody else changed the service after you opened this page. This is how it is now.',
      ),
      status: 409,
    }
  const kid = form.get('kid') ?? ''
  const changes = changesFor(form.get('step') ?? '', kid, form.get('alg') ?? '', read.record)
  if (changes === undefined)
    return keysPage(request, 'The form has no step that is known, or the key ID is missing.')
  const answer = await api.post('/service/update', { ...service?.record, ...changes.members }, read.etag)
  if (answer.status === 200) return { location: request.here, notice: changes.done }
  const message = answer.json['resultMessage']
  return keysPage(request, typeof message === 'string' ? message : `The Web API answered ${answer.status}.`)
}

interface KeyChange {
  readonly members: Members
  readonly done: string
}

function changesFor(step: string, kid: string, alg: string, record: Members): KeyChange | undefined {
  const keys = keysOf(record)
  const known = keys.find((key) => key['kid'] === kid)
  const algorithm = KEY_ALGORITHMS.find((one) => one === (known?.['alg'] ?? alg))
  if (kid === '' || algorithm === undefined) return undefined
  const set = (list: readonly object[]) => ({ jwks: JSON.stringify({ keys: list }) })
  switch (step) {
    case 'publish':
      if (known !== undefined) return undefined
      return {
        members: set([...keys, newSigningKey(kid, algorithm).privateJwk]),
        done: `Published the key ${kid}. It does not sign yet.`,
      }
    case 'sign':
      return {
        members: { accessTokenSignAlg: algorithm, accessTokenSignatureKeyId: kid },
        done: `The key ${kid} signs access tokens. Every process follows within REGISTRY_CACHE_SECONDS of the deployment.`,
      }
    case 'withdraw':
      return { members: set(keys.filter((key) => key !== known)), done: `Withdrew the key ${kid}.` }
    default:
      return undefined
  }
}

export const SERVICE_KEYS: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'nothing', handle: show },
  { method: 'POST', path: PATH, needs: 'service', handle: change },
]
