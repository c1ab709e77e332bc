import { X509Certificate, hash } from 'node:crypto'
import type { Received, Sent } from '../support/gateway.ts'
import { OTHER, OWN } from '../support/walk.ts'
import type { Certainty, Client, Grant, Held, Service, Span } from './model.ts'
import { Running } from './requests.ts'
import type { Step } from './steps.ts'
import { ACCESS_SECONDS, REFRESH_SECONDS, SCOPES, type World } from './world.ts'

/** An answer that the model refuses. */
export class Violation extends Error {}

interface InFlight {
  readonly name: string
  readonly span: Span
  readonly running: Running<unknown>
  readonly finish: () => Promise<void>
}

/** A function is killed before it is older. */
const MAX_AGE_SECONDS = 18
const MAX_IN_FLIGHT = 4

const thumbprint = (pem: string) => hash('sha256', new X509Certificate(pem).raw, 'base64url')
export const THUMBPRINTS = { own: thumbprint(OWN), other: thumbprint(OTHER) }

/** One run: what the model remembers, and the requests that are on their way. */
export class Play {
  readonly world: World
  readonly services: Service[] = []
  readonly clients: Client[] = []
  readonly grants: Grant[] = []
  /** The credential of the owner of the deployment. */
  owner = ''
  /** Whether the store may fail: then a request may end without a known outcome. */
  readonly mayFail: boolean
  readonly story: string[] = []
  readonly #inFlight: InFlight[] = []
  readonly #replacing = new Map<Grant, Span[]>()
  #place = 0

  constructor(world: World, mayFail = false) {
    this.world = world
    this.mayFail = mayFail
  }

  get now(): number {
    return this.world.clock.now
  }

  /** The youngest things of a kind, dead or alive. */
  held(...kinds: Held['kind'][]): Held[] {
    const all = this.grants.flatMap((grant) => grant.held.filter(({ kind }) => kinds.includes(kind)))
    return all.sort((a, b) => a.made.end - b.made.end).slice(-6)
  }

  /**
   * Begins a request.
   *
   * @param known what the model must know from its beginning on
   * @param settle judges the outcome
   */
  async begin<Result>(
    { name, by, stops }: { readonly name: string } & Pick<Step, 'by' | 'stops'>,
    run: () => Promise<Result>,
    settle: (result: Result, span: Span) => void,
    known: (span: Span) => void = () => undefined,
  ): Promise<void> {
    const place = (this.#place += 1)
    const span = { start: place, startedAt: this.now, end: Infinity, endedAt: Infinity, process: by }
    known(span)
    const isFull = this.#inFlight.length >= MAX_IN_FLIGHT
    const running = new Running(run, isFull ? Infinity : (stops ?? Infinity))
    const finish = async () => {
      const result = await running.outcome
      this.#place += 1
      Object.assign(span, { end: this.#place, endedAt: this.now })
      this.story.push(`${place}-${span.end} ${name} at ${by}: ${shown(result)}`)
      settle(result, span)
    }
    await running.settled()
    if (running.isOver) await finish()
    else this.#inFlight.push({ name, span, running, finish })
  }

  get isBusy(): boolean {
    return this.#inFlight.length > 0
  }

  /** Lets one of the requests on their way go on. */
  async goOn(which: number, stops: number): Promise<void> {
    const at = which % this.#inFlight.length
    const { running, finish } = this.#inFlight[at]!
    await running.goOn(stops)
    if (!running.isOver) return
    this.#inFlight.splice(at, 1)
    await finish()
  }

  async finishAll(): Promise<void> {
    while (this.isBusy) await this.goOn(0, Infinity)
  }

  /** The time goes on. Requests that would become too old end before. */
  async wait(seconds: number): Promise<void> {
    const isOld = ({ span }: InFlight) => this.now + seconds - span.startedAt > MAX_AGE_SECONDS
    for (;;) {
      const old = this.#inFlight.findIndex(isOld)
      if (old < 0) break
      await this.goOn(old, Infinity)
    }
    this.world.clock.now = (this.now + seconds) as typeof this.world.clock.now
    this.story.push(`the clock is ${this.now}`)
  }

  /** A call of the Web API. */
  call(process: number, { number, manage }: Service, path: string, body?: object, more: Partial<Sent> = {}) {
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
    const which = grant.ends.findIndex((end) => end.at.start === at.start)
    if (isSure === undefined) grant.ends.splice(which, 1)
    else grant.ends[which]!.sure = isSure
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
  hold(grant: Grant, kind: Held['kind'], text: unknown, made: Span, seconds = ACCESS_SECONDS): Held {
    const known = grant.held.find((held) => held.text === text)
    if (typeof text !== 'string') this.fail(`an answer has no ${kind}`)
    if (known !== undefined) return known
    const expiry = kind === 'refresh' ? grant.refreshExpiry : [{ value: made.startedAt + seconds, at: made }]
    const held: Held = { kind, text, grant, made, expiry, uses: [] }
    if (kind === 'access') for (const other of grant.held) this.#compare(other, held)
    const replacing = kind === 'access' ? (this.#replacing.get(grant) ?? []) : []
    held.uses.push(...replacing.filter(({ start }) => start !== made.start).map(unfinished))
    grant.held.push(held)
    return held
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

function shown(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('status' in result)) return String(result)
  const { status, json } = result as Received
  return [status, json['action'], json['resultCode'], json['resultMessage']].filter(Boolean).join(' ')
}
