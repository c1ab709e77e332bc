import { X509Certificate, hash } from 'node:crypto'
import type { Received, Sent } from '../support/gateway.ts'
import { OTHER, OWN } from '../support/walk.ts'
import { type Certainty, happened } from './model.ts'
import { Schedule } from './schedule.ts'
import type { Client, Grant, Held, Service, Span } from './state.ts'
import { ACCESS_SECONDS, REFRESH_SECONDS, SCOPES, type World } from './world.ts'

/** An answer that the model refuses. */
class Violation extends Error {}

interface Sweep {
  readonly at: Span
  /** Absent: it ends the tokens. */
  readonly scopes?: readonly string[]
}

const thumbprint = (pem: string) => hash('sha256', new X509Certificate(pem).raw, 'base64url')
export const THUMBPRINTS = { own: thumbprint(OWN), other: thumbprint(OTHER) }

/** One run: what the model remembers, and the requests that are on their way. */
export class Play extends Schedule {
  readonly services: Service[] = []
  readonly clients: Client[] = []
  readonly grants: Grant[] = []
  /** The credential of the owner of the deployment. */
  owner = ''
  /** Whether the store may fail: then a request may end without a known outcome. */
  readonly mayFail: boolean
  readonly #sweeps = new Map<Client, Sweep[]>()
  readonly #replacing = new Map<Grant, Span[]>()

  constructor(world: World, mayFail = false) {
    super(world)
    this.mayFail = mayFail
  }

  /** The youngest things of a kind, dead or alive. */
  held(...kinds: Held['kind'][]): Held[] {
    const all = this.grants.flatMap((grant) => grant.held.filter(({ kind }) => kinds.includes(kind)))
    return all.sort((a, b) => a.made.end - b.made.end).slice(-6)
  }

  /** A call of the Web API. */
  call(process: 0 | 1, { number, manage }: Service, path: string, body?: object, more: Partial<Sent> = {}) {
    return this.world.send(process, {
      route: `/api/{serviceId}${path}`,
      headers: { authorization: `Bearer ${manage}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...more,
      pathParameters: { serviceId: String(number), ...more.pathParameters },
    })
  }

  /**
   * Whether an answer is the good one. Anything but a documented answer is a violation.
   *
   * @returns `undefined` if the outcome is unknown. Then the request never ended.
   */
  succeeded({ status, json, headers, text }: Received, span: Span): boolean | undefined {
    // The deletion of a service takes its keys away from requests that are under way.
    if (json['resultCode'] === 'A050202' && this.services.some(({ deletions }) => deletions.length > 0)) {
      return false
    }
    if (status < 500 && json['action'] !== 'INTERNAL_SERVER_ERROR') {
      return status < 300 && ['OK', 'INTERACTION', 'LOCATION', undefined].includes(json['action'] as string)
    }
    const isContended = span.end - span.start > 1 || this.mayFail
    if (!isContended || status !== 503 || headers['retry-after'] === undefined) {
      this.fail(`a request got ${status} ${text}`)
    }
    Object.assign(span, { end: Infinity, endedAt: Infinity })
    return undefined
  }

  /** Compares an answer with what the model says of the thing that was used. */
  judge(what: string, isAccepted: boolean | undefined, dead: Certainty): void {
    if (isAccepted === true && dead === 'yes') this.fail(`${what} was accepted, but it is dead`)
    if (isAccepted === false && dead === 'no') this.fail(`${what} was refused, but it lives`)
  }

  digest(text: string): string {
    return hash('sha256', text, 'base64url')
  }

  fail(message: string): never {
    throw new Violation(`${message}\n${this.story.join('\n')}`)
  }

  /** A request that may end the grant. */
  mayEnd(grant: Grant, at: Span): void {
    grant.ends.push({ at, sure: false })
  }

  /** @param isSure whether it has ended the grant if it ever was there; `undefined` takes the request out */
  ended(grant: Grant, at: Span, isSure: boolean | undefined): void {
    const end = grant.ends.find((known) => known.at.start === at.start)
    if (end === undefined) return
    if (isSure === undefined) grant.ends.splice(grant.ends.indexOf(end), 1)
    else end.sure = isSure
  }

  /** A grant of a client from this request on. */
  grant(client: Client, at: Span): Grant {
    const certificate = client.isBound ? 'own' : 'none'
    const grant: Grant = {
      ...{ client, ends: [], held: [] },
      scopes: [{ value: SCOPES, at }],
      certificate: [{ value: certificate, at }],
      refreshExpiry: [{ value: at.startedAt + REFRESH_SECONDS, at }],
    }
    this.grants.push(grant)
    return grant
  }

  /** Remembers what a request has made. */
  hold(
    grant: Grant,
    kind: Held['kind'],
    text: unknown,
    made: Span,
    from?: Held,
    seconds = ACCESS_SECONDS,
  ): Held {
    const known = grant.held.find((held) => held.text === text)
    if (typeof text !== 'string') this.fail(`an answer has no ${kind}`)
    if (known !== undefined) return known
    const expiry = kind === 'refresh' ? grant.refreshExpiry : [{ value: made.startedAt + seconds, at: made }]
    const held: Held = { kind, text, grant, made, from, expiry, uses: [] }
    if (kind === 'access') this.#sweepNew(grant, made)
    if (kind === 'access') for (const other of grant.held) this.#compare(other, held)
    const replacing = kind === 'access' ? (this.#replacing.get(grant) ?? []) : []
    held.uses.push(...replacing.filter(({ start }) => start !== made.start).map(unfinished))
    grant.held.push(held)
    return held
  }

  /** A request that concerns all tokens of a client's end-user, also those that are issued meanwhile. */
  sweep(client: Client, sweep: Sweep): void {
    this.#sweeps.set(client, [...(this.#sweeps.get(client) ?? []), sweep])
  }

  #sweepNew(grant: Grant, made: Span): void {
    if (grant.held.some(({ kind }) => kind === 'access')) return
    for (const { at, scopes } of this.#sweeps.get(grant.client) ?? []) {
      if (happened(at, made) !== 'maybe') continue
      if (scopes === undefined) this.mayEnd(grant, at)
      else grant.scopes.push({ value: scopes, at: unfinished(at) })
    }
  }

  /** A request that makes another access token of the grant, and so ends the one before. */
  replaces(grant: Grant, at: Span): void {
    for (const held of grant.held) if (held.kind === 'access') held.uses.push(at)
    this.#replacing.set(grant, [...(this.#replacing.get(grant) ?? []), at])
  }

  replaced(grant: Grant, at: Span, isDone: boolean | undefined): void {
    if (isDone === undefined) return
    this.#replacing.set(grant, this.#replacing.get(grant)?.filter(({ start }) => start !== at.start) ?? [])
    if (!isDone) for (const held of grant.held) if (held.kind === 'access') forget(held.uses, at)
  }

  /** Of two access tokens by requests that overlap, either may have replaced the other. */
  #compare(other: Held, held: Held): void {
    if (other.kind !== 'access' || other.made.end < held.made.start) return
    forget(other.uses, held.made)
    other.uses.push(unfinished(held.made))
    held.uses.push(unfinished(other.made))
  }
}

/** Either of two requests that overlap may have come first, and this never becomes certain. */
const unfinished = (at: Span): Span => ({ ...at, end: Infinity, endedAt: Infinity })

/** Takes out what a request would have done. */
export function forget(spans: Span[], { start }: Span): void {
  const at = spans.findIndex((span) => span.start === start)
  if (at >= 0) spans.splice(at, 1)
}
