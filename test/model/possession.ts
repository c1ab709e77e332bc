import type { TokenAuthMethod } from '../../shared/store/service.ts'
import type { Play } from './play.ts'
import {
  any,
  type Certainty,
  happenedToCache,
  negated,
  possible,
  possibleInRecord,
  share,
  unless,
} from './certainty.ts'
import { isProofDead, mayBeLocked } from './model.ts'
import { isOneRevoked, isRevoked, stateOf } from './revocation.ts'
import { hasFollowed, leads } from './renewal.ts'
import {
  type Binding,
  type Client,
  type Grant,
  type Proof,
  type Span,
  UNBOUND,
  type Written,
} from './state.ts'

/** The rules of binding (docs/architecture.md, section 4): which proof a client must bring, and how its tokens are bound. */

export type Face = 'Web API' | 'OAuth'

/** The credentials and proofs that a request brings. */
export interface Presentation {
  readonly face: Face
  /** The client that authenticates. */
  readonly sender: Client
  /** The secret, for methods that have one. For assertions: one that was used before, if it is not empty. */
  readonly secret: string
  /** The name of a certificate. */
  readonly certificate: string | undefined
  readonly proof: Proof | undefined
}

/** The end-user's tokens may move to another certificate or key if the client proves itself by more than a secret (decisions D4 and D5). */
const PROVING: readonly TokenAuthMethod[] = [
  'TLS_CLIENT_AUTH',
  'SELF_SIGNED_TLS_CLIENT_AUTH',
  'PRIVATE_KEY_JWT',
]

export const isKey = (binding: Binding) => binding.startsWith('key')

/** @returns `undefined` if tokens are refused */
function bindingOf(isRequired: boolean, { certificate, proof }: Presentation): Binding | undefined {
  if (proof !== undefined) return isRequired ? undefined : proof.key
  return isRequired ? certificate : UNBOUND
}

/** A bound grant stays bound, and by the same kind (decision D6). */
function refreshedBinding(
  current: Binding,
  isRequired: boolean,
  brought: Presentation,
  mayMove: (presented: Binding) => Certainty,
): (Binding | undefined)[] {
  const { certificate, proof, sender } = brought
  const next = bindingOf(isRequired, brought)
  const isProving = PROVING.includes(sender.method)
  if (next === undefined) return [undefined]
  if (current === UNBOUND) return [next === UNBOUND || isProving ? next : undefined]
  if (!isKey(current) && proof !== undefined) return [undefined]
  const presented = isKey(current) ? proof?.key : certificate
  if (presented === undefined || presented === current) return [presented]
  const moves = mayMove(presented)
  return moves === 'maybe' ? [presented, undefined] : [moves === 'yes' ? presented : undefined]
}

/** Whether a refresh moves a grant: by an announcement, or because the client proves itself and the grant has followed none. */
function moves(grant: Grant, current: Binding, presented: Binding, sender: Client, seen: Span): Certainty {
  const followed = hasFollowed(grant, seen)
  const isFree = !PROVING.includes(sender.method) ? 'no' : negated(followed)
  return any([isFree, leads(grant.client, current, presented, seen)])
}

/** Whether a refresh that was answered has followed an announcement. */
export function followedBy(grant: Grant, { certificate, proof }: Presentation, seen: Span): Certainty {
  if (certificate === undefined || proof !== undefined) return 'no'
  const before = possible(
    grant.binding.filter(({ at }) => at.start !== seen.start),
    seen,
  )
  const each = before.map((current) =>
    current === certificate ? 'no' : leads(grant.client, current, certificate, seen),
  )
  return each.every((certainty) => certainty === 'yes')
    ? 'yes'
    : each.every((one) => one === 'no')
      ? 'no'
      : 'maybe'
}

/** The possible bindings of new tokens. If `undefined` is among them, the request may be refused. */
export function newBindings(brought: Presentation, seen: Span): (Binding | undefined)[] {
  const required = possibleInRecord(brought.sender.isBound, seen)
  return required.map((isRequired) => bindingOf(isRequired, brought))
}

/** `newBindings` of a refresh. */
export function refreshedBindings(grant: Grant, brought: Presentation, seen: Span): (Binding | undefined)[] {
  const required = possibleInRecord(brought.sender.isBound, seen)
  return possible(grant.binding, seen).flatMap((current) =>
    required.flatMap((isRequired) =>
      refreshedBinding(current, isRequired, brought, (presented) =>
        moves(grant, current, presented, brought.sender, seen),
      ),
    ),
  )
}

/** Whether tokens with one of these bindings are refused because the certificate is revoked. Those of a cached answer are dead. @param isShown as in `View` */
export const isRevokedForNew = (
  { service }: Client,
  bindings: readonly (Binding | undefined)[],
  seen: Span,
  isShown: boolean,
): Certainty => isOneRevoked({ service, isShown }, bindings, seen, happenedToCache)

/**
 * Whether a code or a refresh token is refused because the certificate of the request is revoked. Only the clients that have tokens of a
 * certificate know it at once. Others read it before they bind the first.
 */
export function isPresentedRevoked(
  { sender, certificate }: Presentation,
  bindings: readonly (Binding | undefined)[],
  seen: Span,
): Certainty {
  if (certificate === undefined) return 'no'
  const isBinding = bindings.every((binding) => binding === undefined || binding === certificate)
  return any([
    unless(isBinding, isRevoked(stateOf(sender, true), certificate, seen)),
    isRevokedForNew(sender, bindings, seen, true),
  ])
}

/** Whether the presenter of an access token does not hold what the token is bound to. `/introspection` of the OAuth face is for certificates. */
export function isNotHeld(
  { binding }: Grant,
  { certificate, proof, face }: Pick<Presentation, 'certificate' | 'proof' | 'face'>,
  seen: Span,
): Certainty {
  const isHeld = (bound: Binding) => {
    if (isKey(bound)) return proof?.key === bound
    if (bound === UNBOUND) return proof === undefined && face === 'Web API'
    return proof === undefined && certificate === bound
  }
  return share(possible(binding, seen).map((bound) => !isHeld(bound)))
}

/** Whether a client's request is refused before its grant is looked at. */
export function isNotAuthentic(brought: Presentation, target: string | undefined, seen: Span): Certainty {
  const { sender, proof } = brought
  return any([
    isWrong(brought, seen),
    sender.method.includes('TLS') ? isRevokedForNew(sender, [brought.certificate], seen, true) : 'no',
    mayBeLocked(sender, seen),
    proof === undefined ? 'no' : isProofDead(proof, target, seen),
  ])
}

function isWrong({ sender, secret, certificate }: Presentation, seen: Span): Certainty {
  const { method, own, secrets } = sender
  if (method === 'NONE') return 'no'
  // A renewed certificate has the same subject.
  if (method === 'TLS_CLIENT_AUTH') return subjectOf(certificate) === subjectOf(own) ? 'no' : 'yes'
  if (method === 'SELF_SIGNED_TLS_CLIENT_AUTH') return certificate === own ? 'no' : 'yes'
  if (method === 'PRIVATE_KEY_JWT') return secret === '' ? 'no' : 'yes'
  return share(possibleInRecord(secrets, seen).map((right) => right !== secret))
}

/** Certificates with one subject have names with one first word. */
export const subjectOf = (certificate: string | undefined) => certificate?.split(' ')[0]

/** Whether a request certainly has stored this binding: it is over, and may not have stored another one. */
export const isSureBinding = ({ binding }: Grant, { value, at }: Written<Binding>): boolean =>
  at.end !== Infinity && binding.every((other) => other.at.start !== at.start || other.value === value)

/** A grant keeps its kind of binding for life (decision D6): of two requests that bind it at once, one is refused or binds it alike. */
export function judgeKind(play: Play, grant: Grant): void {
  const done = grant.binding.filter((each) => isSureBinding(grant, each) && each.value !== UNBOUND)
  const kinds = new Set(done.map(({ value }) => isKey(value)))
  if (kinds.size > 1) play.fail('a grant was bound to a certificate and to a key')
}
