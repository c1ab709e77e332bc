import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import type { Members } from '../../web-api.ts'
import { durationWords, moment, shortened } from '../../words.ts'

/** The context of a step. */
export interface StepContext {
  readonly serviceId: string
  readonly now: Date
}

/** How the console presents a check of introspection. */
interface CheckWords {
  readonly title: string
  /** Whether the check passed because there was nothing to check. */
  readonly isIdle?: (step: Members) => boolean
  readonly words: (step: Members, around: StepContext) => Markup
  /** The members that the words show. All others are listed by name. */
  readonly shown: readonly string[]
}

const isEmpty = (value: unknown) => !Array.isArray(value) || value.length === 0

const CHECK_WORDS: Readonly<Record<string, CheckWords>> = {
  token: {
    title: 'The token exists',
    words: tokenWords,
    shown: ['tokenFormat', 'clientId', 'clientIdAlias', 'grantType', 'issuedAt'],
  },
  client: {
    title: 'The client exists, is not locked, and has not revoked this token',
    words: clientWords,
    shown: ['locked', 'issuedAt', 'clientNotBefore', 'serviceNotBefore'],
  },
  revocation: {
    title: 'The certificate that the token is bound to is not revoked',
    words: ({ certificateRevoked }) => (certificateRevoked === true ? html`It is revoked.` : html``),
    shown: ['certificateRevoked'],
  },
  expiry: {
    title: 'The token has not expired',
    words: ({ expiresAt, refreshable }, { now }) =>
      html`${time('ends', expiresAt, now)} ${refreshable === true && html`Its refresh token is valid.`}`,
    shown: ['expiresAt', 'refreshable'],
  },
  proof: {
    title: 'The DPoP proof is valid',
    isIdle: ({ proof }) => proof === 'ABSENT',
    words: ({ proof }) => (proof === 'ABSENT' ? html`No proof was presented.` : html``),
    shown: [],
  },
  binding: {
    title: 'The presenter holds the key that the token is bound to',
    isIdle: ({ bound }) => bound === false,
    words: bindingWords,
    shown: ['bound', 'boundOnly', 'certificate', 'tokenThumbprint', 'certificateThumbprint'],
  },
  scopes: lists('The token has the required scopes', 'scopes'),
  subject: {
    title: 'The token belongs to the required subject',
    isIdle: ({ requiredSubject }) => requiredSubject === undefined,
    words: ({ requiredSubject, grantedSubject }) =>
      html`${requiredSubject === undefined ? 'No subject was required.' : html`required: ${code(requiredSubject)}`}
      ${grantedSubject === undefined ? 'The token has no subject.' : html`granted: ${code(grantedSubject)}`}`,
    shown: ['requiredSubject', 'grantedSubject'],
  },
  resources: lists('The token is intended for the required resources', 'resources'),
  acr: {
    title: 'The authentication of the end-user was strong enough',
    isIdle: ({ required }) => isEmpty(required),
    words: ({ required }) =>
      isEmpty(required) ? html`No class was required.` : html`required: ${codes(required)}`,
    shown: ['required'],
  },
  maxAge: {
    title: 'The authentication of the end-user was recent enough',
    isIdle: ({ requiredMaxAge }) => requiredMaxAge === undefined,
    words: ({ requiredMaxAge, authTime }, { now }) =>
      html`${
        requiredMaxAge === undefined
          ? 'No maximum age was required.'
          : `at most ${durationWords(Number(requiredMaxAge))} ago.`
      }
      ${typeof authTime === 'number' && time('authenticated', authTime * 1000, now)}`,
    shown: ['requiredMaxAge', 'authTime'],
  },
}

function lists(title: string, what: string): CheckWords {
  return {
    title,
    isIdle: ({ required }) => isEmpty(required),
    words: ({ required, granted, missing }) =>
      html`${isEmpty(required) ? html`No ${what} were required.` : html`required: ${codes(required)}`}
      ${!isEmpty(missing) && html`<strong>missing: ${codes(missing)}</strong>`} granted:
      ${isEmpty(granted) ? 'none' : codes(granted)}`,
    shown: ['required', 'granted', 'missing'],
  }
}

function tokenWords(step: Members, { serviceId, now }: StepContext): Markup {
  const { tokenFormat, clientId, clientIdAlias, grantType, issuedAt } = step
  if (clientId === undefined) return html``
  const name = typeof clientIdAlias === 'string' ? clientIdAlias : Number(clientId)
  return html`${tokenFormat === 'JWT' ? 'JWT' : tokenFormat === 'OPAQUE' ? 'opaque' : String(tokenFormat)}, of
    client <a href="/${serviceId}/clients/${Number(clientId)}/general">${name}</a>, ${String(grantType)},
    ${time('issued', issuedAt, now)}`
}

function clientWords(
  { locked, clientNotBefore, serviceNotBefore, issuedAt }: Members,
  { now }: StepContext,
): Markup {
  const cut = (what: string, from: unknown) =>
    typeof from === 'number' && from > 0
      ? html` ${what} revoked all tokens issued before
        ${moment(from, now)}${typeof issuedAt === 'number' && (issuedAt < from ? ', including this one' : ', but not this one')}.`
      : undefined
  const state =
    locked === undefined
      ? 'The client does not exist any more.'
      : locked === true
        ? 'The client is locked.'
        : ''
  return html`${state}${cut('The client', clientNotBefore)}${cut('The service', serviceNotBefore)}`
}

const CERTIFICATES: Readonly<Record<string, string>> = {
  ABSENT: 'none was presented',
  MALFORMED: 'cannot be read',
}

/** An unbound token is reported as such: no certificate was compared. */
function bindingWords(step: Members): Markup {
  const { bound, boundOnly, certificate, tokenThumbprint, certificateThumbprint } = step
  const presented =
    typeof certificateThumbprint === 'string'
      ? shortened(certificateThumbprint, 'the thumbprint of the certificate')
      : (CERTIFICATES[String(certificate)] ?? String(certificate))
  if (bound === false)
    return html`<strong>The token is not bound.</strong> ${
        boundOnly === true
          ? 'This call accepts only bound tokens.'
          : 'Anyone who obtains it can use it. No certificate was compared.'
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

/** The steps of an answer. @returns `undefined` if the answer has none */
export function stepsOf({ steps }: Members): Members[] | undefined {
  return Array.isArray(steps) ? steps.filter(isJsonObject) : undefined
}

/** The checks in the order of the decision, with the outcomes that the Web API reports. */
export function stepTable(steps: readonly Members[], around: StepContext): Markup {
  const rows = steps.map((step, index) => row(step, index + 1, around))
  return wideTable({ label: 'The checks' }, ['Check', 'Outcome', 'Why'], rows, 'steps')
}

const COMMON = ['name', 'outcome', 'reason', 'resultCode']

function row(step: Members, number: number, around: StepContext): Markup {
  const name = String(step['name'])
  const known = Object.hasOwn(CHECK_WORDS, name) ? CHECK_WORDS[name] : undefined
  const isLookedAt = step['outcome'] !== 'NOT_LOOKED_AT'
  const { reason, resultCode } = step
  const others = Object.entries(step).filter(
    ([member]) => !COMMON.includes(member) && known?.shown.includes(member) !== true,
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

function outcomeOf(step: Members, known: CheckWords | undefined): Markup {
  const { outcome } = step
  if (outcome === 'FAILED') return html`<span class="no">NO</span>`
  if (outcome === 'NOT_LOOKED_AT') return html`<span class="skip-word">not checked</span>`
  if (outcome !== 'PASSED') return html`<code>${String(outcome)}</code>`
  if (known?.isIdle?.(step) === true) return html`<span>nothing to check</span>`
  return html`<span class="yes">yes</span>`
}

/** A member without words of its own. */
function general([name, value]: readonly [string, unknown], now: Date): Markup {
  return html`<span class="detail">${name}: ${valueOf(name, value, now)}</span>`
}

function valueOf(name: string, value: unknown, now: Date): Markup {
  if (typeof value === 'number' && /(?:At|NotBefore)$/.test(name)) return moment(value, now)
  if (typeof value === 'string' && name.endsWith('Thumbprint')) return shortened(value, name)
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}
