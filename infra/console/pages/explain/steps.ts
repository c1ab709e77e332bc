import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import type { Members } from '../../web-api.ts'
import { durationWords, moment, shortened } from '../../words.ts'

/** What a step needs besides its own members. */
export interface Around {
  readonly serviceId: string
  readonly now: Date
}

/** A check of introspection, as the console tells it. */
interface Told {
  readonly title: string
  /** Whether the check passed because there was nothing to check. */
  readonly isIdle?: (step: Members) => boolean
  readonly words: (step: Members, around: Around) => Markup
  /** The members that the words have; all others are listed under their names. */
  readonly told: readonly string[]
}

const isEmpty = (value: unknown) => !Array.isArray(value) || value.length === 0

const TOLD: Readonly<Record<string, Told>> = {
  token: {
    title: 'The token exists',
    words: tokenWords,
    told: ['tokenFormat', 'clientId', 'clientIdAlias', 'grantType', 'issuedAt'],
  },
  client: {
    title: 'Its client is there, not locked, and did not cut it off',
    words: clientWords,
    told: ['locked', 'issuedAt', 'clientNotBefore', 'serviceNotBefore'],
  },
  expiry: {
    title: 'It has not expired',
    words: ({ expiresAt, refreshable }, { now }) =>
      html`${time('ends', expiresAt, now)} ${refreshable === true && html`Its refresh token is valid.`}`,
    told: ['expiresAt', 'refreshable'],
  },
  proof: {
    title: 'The DPoP proof is right',
    isIdle: ({ proof }) => proof === 'ABSENT',
    words: ({ proof }) => (proof === 'ABSENT' ? html`No proof came.` : html``),
    told: [],
  },
  binding: {
    title: 'The one who presents it is the one it is bound to',
    isIdle: ({ bound }) => bound === false,
    words: bindingWords,
    told: ['bound', 'boundOnly', 'certificate', 'tokenThumbprint', 'certificateThumbprint'],
  },
  scopes: lists('It has the scopes', 'scopes'),
  subject: {
    title: 'It is of this subject',
    isIdle: ({ requiredSubject }) => requiredSubject === undefined,
    words: ({ requiredSubject, grantedSubject }) =>
      html`${requiredSubject === undefined ? 'No subject was asked for.' : html`asked for: ${code(requiredSubject)}`}
      ${grantedSubject === undefined ? 'It has none.' : html`of: ${code(grantedSubject)}`}`,
    told: ['requiredSubject', 'grantedSubject'],
  },
  resources: lists('It is meant for the resources', 'resources'),
  acr: {
    title: 'Its end-user was authenticated well enough',
    isIdle: ({ required }) => isEmpty(required),
    words: ({ required }) =>
      isEmpty(required) ? html`No class was asked for.` : html`asked for: ${codes(required)}`,
    told: ['required'],
  },
  maxAge: {
    title: 'Its end-user was authenticated lately enough',
    isIdle: ({ requiredMaxAge }) => requiredMaxAge === undefined,
    words: ({ requiredMaxAge, authTime }, { now }) =>
      html`${
        requiredMaxAge === undefined
          ? 'No maximum age was asked for.'
          : `at most ${durationWords(Number(requiredMaxAge))} ago.`
      }
      ${typeof authTime === 'number' && time('authenticated', authTime * 1000, now)}`,
    told: ['requiredMaxAge', 'authTime'],
  },
}

function lists(title: string, what: string): Told {
  return {
    title,
    isIdle: ({ required }) => isEmpty(required),
    words: ({ required, granted, missing }) =>
      html`${isEmpty(required) ? html`No ${what} were asked for.` : html`asked for: ${codes(required)}`}
      ${!isEmpty(missing) && html`<strong>missing: ${codes(missing)}</strong>`} has:
      ${isEmpty(granted) ? 'none' : codes(granted)}`,
    told: ['required', 'granted', 'missing'],
  }
}

function tokenWords(step: Members, { serviceId, now }: Around): Markup {
  const { tokenFormat, clientId, clientIdAlias, grantType, issuedAt } = step
  if (clientId === undefined) return html``
  const name = typeof clientIdAlias === 'string' ? clientIdAlias : Number(clientId)
  return html`${tokenFormat === 'JWT' ? 'JWT' : tokenFormat === 'OPAQUE' ? 'opaque' : String(tokenFormat)}, of
    client <a href="/${serviceId}/clients/${Number(clientId)}/general">${name}</a>, ${String(grantType)},
    ${time('issued', issuedAt, now)}`
}

function clientWords(
  { locked, clientNotBefore, serviceNotBefore, issuedAt }: Members,
  { now }: Around,
): Markup {
  const cut = (what: string, from: unknown) =>
    typeof from === 'number' && from > 0
      ? html` Of ${what}, tokens from before ${moment(from, now)} are cut
        off${typeof issuedAt === 'number' && (issuedAt < from ? ': this one too' : ', this one not')}.`
      : undefined
  const state =
    locked === undefined ? 'There is no such client any more.' : locked === true ? 'It is locked.' : ''
  return html`${state}${cut('the client', clientNotBefore)}${cut('the service', serviceNotBefore)}`
}

const CERTIFICATES: Readonly<Record<string, string>> = {
  ABSENT: 'none was presented',
  MALFORMED: 'cannot be read',
}

/** An unbound token is told as one: no certificate was compared. */
function bindingWords(step: Members): Markup {
  const { bound, boundOnly, certificate, tokenThumbprint, certificateThumbprint } = step
  const presented =
    typeof certificateThumbprint === 'string'
      ? shortened(certificateThumbprint, 'the thumbprint of the certificate')
      : (CERTIFICATES[String(certificate)] ?? String(certificate))
  if (bound === false)
    return html`<strong>The token is bound to nothing.</strong> ${
        boundOnly === true
          ? 'Here only bound tokens are accepted.'
          : 'Anyone who has it can use it. No certificate was compared.'
      }
      Certificate: ${presented}`
  return html`${typeof tokenThumbprint === 'string' && html`token: ${shortened(tokenThumbprint, 'the thumbprint that the token is bound to')}`}
  certificate: ${presented}`
}

function time(what: string, at: unknown, now: Date): Markup | undefined {
  return typeof at === 'number' ? html`${what} ${moment(at, now)}` : undefined
}

const code = (value: unknown) => html`<code>${String(value)}</code>`
const codes = (values: unknown) =>
  html`${(Array.isArray(values) ? values : []).map((one) => html`${code(one)} `)}`

/** The steps of an answer. @returns `undefined` if it has none */
export function stepsOf({ steps }: Members): Members[] | undefined {
  return Array.isArray(steps) ? steps.filter(isJsonObject) : undefined
}

/** The checks in the order of the decision, each exactly as the Web API reports it. */
export function stepTable(steps: readonly Members[], around: Around): Markup {
  const rows = steps.map((step, index) => row(step, index + 1, around))
  return wideTable({ label: 'The checks' }, ['Check', 'Outcome', 'Why'], rows, 'steps')
}

const COMMON = ['name', 'outcome', 'reason', 'resultCode']

function row(step: Members, number: number, around: Around): Markup {
  const name = String(step['name'])
  const known = Object.hasOwn(TOLD, name) ? TOLD[name] : undefined
  const isLookedAt = step['outcome'] !== 'NOT_LOOKED_AT'
  const { reason, resultCode } = step
  const others = Object.entries(step).filter(
    ([member]) => !COMMON.includes(member) && known?.told.includes(member) !== true,
  )
  return html`<tr class="${step['outcome'] === 'FAILED' ? 'decided' : isLookedAt ? 'looked' : 'skipped'}">
    <th scope="row">${number}. ${known?.title ?? 'Another check'} <code class="member">${name}</code></th>
    <td>${outcomeOf(step, known)}</td>
    <td>
      ${isLookedAt && known?.words(step, around)} ${others.map((one) => general(one, around.now))}
      ${reason !== undefined && html`<span>${code(reason)} ${code(resultCode ?? '')}</span>`}
    </td>
  </tr>`
}

function outcomeOf(step: Members, known: Told | undefined): Markup {
  const { outcome } = step
  if (outcome === 'FAILED') return html`<span class="no">NO</span>`
  if (outcome === 'NOT_LOOKED_AT') return html`<span class="skip-word">not looked at</span>`
  if (outcome !== 'PASSED') return html`<code>${String(outcome)}</code>`
  if (known?.isIdle?.(step) === true) return html`<span>nothing to check</span>`
  return html`<span class="yes">yes</span>`
}

/** A member that the console has no words for. */
function general([name, value]: readonly [string, unknown], now: Date): Markup {
  return html`<span class="detail">${name}: ${valueOf(name, value, now)}</span>`
}

function valueOf(name: string, value: unknown, now: Date): Markup {
  if (typeof value === 'number' && /(?:At|NotBefore)$/.test(name)) return moment(value, now)
  if (typeof value === 'string' && name.endsWith('Thumbprint')) return shortened(value, name)
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}
