import { html, type Insertable, type Markup } from '../../../markup.ts'
import { KEY_ALGORITHMS, newSigningKey } from '../../../signing-key.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import { problemBox } from '../../problem.ts'
import { table, wideTable } from '../../table.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { versionOf } from '../../settings/settings-page.ts'
import { type Members, messageOf, requireDone } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { keysOf } from '../../settings/registered.ts'
import { type KeyState, keyStates } from './key-states.ts'
import { readOf, SERVICE_CHANGED, SERVICE_SOURCE } from './pages.ts'

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

function keysPage(request: ConsoleRequest, problem?: Insertable): Page {
  const record = request.service?.record ?? {}
  const { form } = request
  const states = keyStates(record)
  const rows = states.map((state, index) => row(state, index, request))
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    <p>
      A key is published before it signs, so that verifiers know it, and it stays published until the last
      token that it signed expires. So a change of keys has three steps: publish, sign, withdraw.
    </p>
    ${
      rows.length === 0
        ? html`<p>
            There is no key, so access tokens are opaque, and ID tokens, userinfo responses and introspection
            responses cannot be signed. Publish the first key.
          </p>`
        : wideTable({ label: 'Keys' }, HEADS, rows, 'cards')
    }
    <h2>Publish a new key</h2>
    <p>
      The console generates the key and sends it to the Web API, which never returns the private key. The key
      does not sign yet.
    </p>
    <form method="post" data-work>
      ${hidden(request)}
      <p>
        <label for="kid">Key ID</label>
        <input
          id="kid"
          name="kid"
          required
          maxlength="256"
          value="${form.has('alg') && (form.get('kid') ?? '')}"
        />
      </p>
      <p>
        <label for="alg">Algorithm</label>
        <select id="alg" name="alg">
          ${KEY_ALGORITHMS.map((alg) => html`<option ${form.get('alg') === alg && html`selected`}>${alg}</option>`)}
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

/** The hidden fields. With the version, a change is refused if the service was changed after the page was shown. */
function hidden(request: ConsoleRequest): Markup {
  return html`${request.csrf}<input type="hidden" name="version" value="${versionOf(readOf(request))}" />`
}

const HEADS = ['Key ID', 'Algorithm', 'State', 'Next step']

function row(state: KeyState, index: number, request: ConsoleRequest): Markup {
  const { kid, alg, isSigning } = state
  const fields = html`${hidden(request)}<input type="hidden" name="kid" value="${kid}" />`
  return html`<tr>
    <th scope="row"><code>${kid}</code></th>
    <td data-head="Algorithm">${alg}</td>
    <td data-head="State">${stateWords(state, request.now)}</td>
    <td>
      ${!isSigning && html`${waiting(state, request.now)}${signing(kid, fields, request)}`}
      ${withdrawal(state, request.now) ?? withdrawing(state, index, fields, request)}
    </td>
  </tr>`
}

/** If access tokens are opaque, signing makes them JWTs, so the page explains this first. */
function signing(kid: string, fields: Markup, { service, params }: ConsoleRequest): Markup {
  const button = html`<form method="post">
    ${fields}<button name="step" value="sign">Sign with this <span class="hidden">key ${kid}</span></button>
  </form>`
  if (service?.record['accessTokenSignAlg'] !== undefined) return button
  return html`<details>
    <summary>Sign access tokens (JWT) with this <span class="hidden">key ${kid}</span></summary>
    <p>
      New access tokens of all clients will be JWTs; they are now opaque. A resource server that verifies JWTs
      offline does not notice when a token is revoked. To return to opaque tokens, clear the algorithm in
      <a href="/${params['serviceId']}/service/tokens-and-claims">Tokens and Claims</a>.
    </p>
    ${button}
  </details>`
}

/** The confirmation for withdrawing a key. */
function withdrawing(
  { kid, alg, signsFor }: KeyState,
  index: number,
  hidden: Markup,
  { form }: ConsoleRequest,
): Markup {
  const typed = form.get('step') === 'withdraw' && form.get('kid') === kid ? form.get('typed') : null
  const button = 'Withdraw the key'
  const uses = signsFor.map((use) => USES[use] ?? use).join(', ')
  return html`<details ${typed !== null && html`open`}>
    <summary>Withdraw <span class="hidden">key ${kid}</span></summary>
    <p>
      Everything that it has signed becomes invalid, including ID tokens that have not expired. Its private
      key is deleted and cannot be restored.
      ${uses !== '' && `It signs ${uses}, which will then need another ${alg} key.`}
    </p>
    ${confirmationForm({ id: String(index), step: 'withdraw', button, name: kid, typed: typed ?? undefined, hidden })}
  </details>`
}

const USES: Readonly<Record<string, string>> = {
  ACCESS_TOKENS: 'access tokens',
  INTROSPECTION_RESPONSES: 'introspection responses',
  ID_TOKENS: 'ID tokens',
  USERINFO_RESPONSES: 'userinfo responses',
}

export function stateWords({ isSigning, signsFor, signedUntil, publishedAt }: KeyState, now: Date): Markup {
  const since = publishedAt === undefined ? undefined : html` Published ${moment(publishedAt, now)}.`
  const others = signsFor.filter((use) => use !== 'ACCESS_TOKENS')
  const signing = isSigning
    ? 'Signs access tokens.'
    : signedUntil === undefined
      ? 'Published; does not sign access tokens.'
      : undefined
  return html`${signing} ${signedUntil !== undefined && html`Signed until ${moment(signedUntil, now)}.`}
  ${others.map((use) => `Signs ${USES[use] ?? use}.`).join(' ')}${since}`
}

function waiting({ signsWellFrom }: KeyState, now: Date): Markup | undefined {
  if (signsWellFrom === undefined || signsWellFrom <= now.getTime()) return undefined
  return html`<p>Wait until ${moment(signsWellFrom, now)}: until then, verifiers may not know the key.</p>`
}

/** Why a key cannot be withdrawn now. */
function withdrawal({ isSigning, namedBy, withdrawableAt }: KeyState, now: Date): Markup | undefined {
  if (isSigning) return html`<p>Before it can be withdrawn, another key must sign.</p>`
  if (namedBy.length > 0)
    return html`<p>Before it can be withdrawn, change <code>${namedBy.join(', ')}</code>.</p>`
  if (withdrawableAt !== undefined && withdrawableAt > now.getTime())
    return html`<p>Its last token expires ${moment(withdrawableAt, now)}; then it can be withdrawn.</p>`
  return undefined
}

async function change(request: ConsoleRequest): Promise<Answer> {
  const { form, api, service } = request
  const read = readOf(request)
  if (form.get('version') !== versionOf(read)) return { ...keysPage(request, SERVICE_CHANGED), status: 409 }
  const kid = form.get('kid') ?? ''
  if (!form.has('step')) return keysPage(request)
  if (form.get('step') === 'withdraw' && form.get('typed')?.trim() !== kid.trim()) {
    const index = keysOf(read.record).findIndex((key) => key['kid'] === kid)
    return keysPage(request, linkToTyped(String(index), kid))
  }
  const changes = changesFor(form.get('step') ?? '', kid, form.get('alg') ?? '', read.record)
  if (changes === undefined) return keysPage(request, 'The key ID is missing or already in use.')
  const answer = await api.post('/service/update', { ...service?.record, ...changes.members }, read.etag)
  if (answer.status === 200) return { location: request.here, notice: changes.done }
  return keysPage(request, messageOf(answer))
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
        done: `The key ${kid} signs access tokens. Every process applies the change within registryCacheSeconds of the deployment (10 by default).`,
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
