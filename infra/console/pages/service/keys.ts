import { html, type Insertable, type Markup } from '../../../markup.ts'
import { KEY_ALGORITHMS, newSigningKey } from '../../../signing-key.ts'
import { confirmationForm, linkToTyped } from '../../confirmation.ts'
import { problemBox } from '../../problem.ts'
import { table, wideTable } from '../../table.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { versionOf } from '../../settings/settings-page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { moment } from '../../words.ts'
import { keysOf } from '../key-set.ts'
import { type KeyState, keyStates } from './key-states.ts'
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

function keysPage(request: ConsoleRequest, problem?: Insertable): Page {
  const record = request.service?.record ?? {}
  const { form } = request
  const states = keyStates(record)
  const rows = states.map((state, index) => row(state, index, request))
  const main = html`${problem !== undefined && problemBox('Nothing was changed.', problem)}
    <p>
      A key is published before it signs, so that verifiers know it, and stays published until the last token
      that it signed has ended. So a change of keys has three steps: publish, sign, withdraw.
    </p>
    ${
      rows.length === 0
        ? html`<p>
            There is no key. Access tokens are opaque. No ID token, userinfo response or introspection
            response can be signed. Publish the first one.
          </p>`
        : wideTable({ label: 'Keys' }, HEADS, rows, 'cards')
    }
    <h2>Publish a new key</h2>
    <p>
      The key is made in the process of the console and sent to the Web API, which never returns its private
      half. It does not sign yet.
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

const readOf = ({ service }: ConsoleRequest) => ({
  record: service?.record ?? {},
  etag: service?.answer.etag,
})

/** A change is refused if the service was changed after the page was read. */
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

/** The first key that signs access tokens makes them JWTs, so that is asked. */
function signing(kid: string, fields: Markup, { service, params }: ConsoleRequest): Markup {
  const button = html`<form method="post">
    ${fields}<button name="step" value="sign">Sign with this <span class="hidden">key ${kid}</span></button>
  </form>`
  if (service?.record['accessTokenSignAlg'] !== undefined) return button
  return html`<details>
    <summary>Sign access tokens (JWT) with this <span class="hidden">key ${kid}</span></summary>
    <p>
      New access tokens of all clients are JWTs then; today they are opaque. A resource server that verifies
      JWTs offline does not see that a token was revoked. The way back: clear the algorithm in
      <a href="/${params['serviceId']}/service/tokens-and-claims">Tokens and Claims</a>.
    </p>
    ${button}
  </details>`
}

/** What ends with a key. */
function withdrawing(
  { kid, alg, signsFor }: KeyState,
  index: number,
  hidden: Markup,
  { form }: ConsoleRequest,
): Markup {
  const typed = form.get('step') === 'withdraw' && form.get('kid') === kid ? form.get('typed') : null
  const button = 'Withdraw it'
  const uses = signsFor.map((use) => USES[use] ?? use).join(', ')
  return html`<details ${typed !== null && html`open`}>
    <summary>Withdraw <span class="hidden">key ${kid}</span></summary>
    <p>
      Nothing that it has signed can be verified any more, ID tokens that are still valid among it. Its
      private half is lost: nothing brings it back.
      ${uses !== '' && `It signs ${uses} today, and then only another ${alg} key can.`}
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
      ? 'Published, and does not sign access tokens.'
      : undefined
  return html`${signing} ${signedUntil !== undefined && html`Signed until ${moment(signedUntil, now)}.`}
  ${others.map((use) => `Signs ${USES[use] ?? use}.`).join(' ')}${since}`
}

function waiting({ signsWellFrom }: KeyState, now: Date): Markup | undefined {
  if (signsWellFrom === undefined || signsWellFrom <= now.getTime()) return undefined
  return html`<p>Wait until ${moment(signsWellFrom, now)}: verifiers may not know the key before.</p>`
}

/** Why a key cannot be withdrawn now. */
function withdrawal({ isSigning, namedBy, withdrawableAt }: KeyState, now: Date): Markup | undefined {
  if (isSigning) return html`<p>To withdraw it, let another key sign first.</p>`
  if (namedBy.length > 0) return html`<p>To withdraw it, change <code>${namedBy.join(', ')}</code> first.</p>`
  if (withdrawableAt !== undefined && withdrawableAt > now.getTime())
    return html`<p>Its last token ends ${moment(withdrawableAt, now)}; it can be withdrawn then.</p>`
  return undefined
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
  if (!form.has('step')) return keysPage(request)
  if (form.get('step') === 'withdraw' && form.get('typed')?.trim() !== kid.trim()) {
    const index = keysOf(read.record).findIndex((key) => key['kid'] === kid)
    return keysPage(request, linkToTyped(String(index), kid))
  }
  const changes = changesFor(form.get('step') ?? '', kid, form.get('alg') ?? '', read.record)
  if (changes === undefined)
    return keysPage(request, 'The key ID is missing, or there is a key with this ID.')
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
