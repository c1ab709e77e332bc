import type { Received, Sent } from '../support/gateway.ts'
import { newProofKey } from '../support/proof-keys.ts'
import { form } from '../support/walk.ts'
import { isFailure, isGood, isWithoutKey, shown } from './answers.ts'
import { type Certainty, happened } from './certainty.ts'
import { isDead } from './model.ts'
import {
  type Client,
  forget,
  type Grant,
  type Held,
  type Proof,
  type Service,
  type Span,
  unfinished,
  type Written,
} from './state.ts'
import type { Asked, Step, Undo } from './steps.ts'
import { Succession } from './succession.ts'
import type { World } from './world.ts'

/** An answer that the model refuses. */
class Violation extends Error {}

interface Sweep {
  readonly at: Span
  /** If they are absent, it ends the tokens. */
  readonly scopes?: readonly string[]
}

/** One run, with the memory of the model. A driver decides when its requests run. */
export abstract class Play {
  readonly world: World
  /** The events of the run, in words. */
  readonly story: string[] = []
  readonly services: Service[] = []
  readonly clients: Client[] = []
  readonly grants: Grant[] = []
  readonly proofs: Proof[] = []
  /** The last request. */
  last: Asked | undefined
  /** The proof keys of clients. */
  readonly keys = { key1: newProofKey(), key2: newProofKey() }
  readonly succession = new Succession()
  /** The last assertion that each client used, if it authenticates by assertions. */
  readonly assertions = new Map<Client, string>()
  /** How many things of a kind a step can choose from. */
  readonly youngest: number = 4
  readonly #sweeps = new Map<Client, Sweep[]>()

  constructor(world: World) {
    this.world = world
  }

  abstract get now(): number

  /** Whether an answer 503 may be right for a request. */
  protected abstract mayFail(at: Span): boolean

  /** Whether a request without a known outcome certainly has done nothing. */
  protected isUndone(): boolean {
    return false
  }

  /**
   * Begins a request.
   *
   * @param settle judges the outcome
   * @param known what the model must know from its beginning on
   */
  abstract begin<Result>(
    step: Step,
    name: string,
    run: () => Promise<Result>,
    settle: (result: Result, span: Span) => void,
    known?: (span: Span) => void,
  ): Promise<void>

  async ask(step: Step, asked: Asked): Promise<void> {
    const { name, send, begins = () => [], settle } = asked
    this.last = asked
    let undos: readonly Undo[] = []
    await this.begin(
      step,
      name,
      () => send(step.by),
      (answer, at) => {
        const isDone = this.#succeeded(answer, at)
        const isUndone = isDone === false || (isDone === undefined && this.isUndone())
        if (isUndone) for (const undo of undos) undo()
        settle?.(isDone, answer, at)
      },
      (at) => (undos = begins(at)),
    )
  }

  protected note({ start, end, process }: Span, name: string, result: unknown): void {
    this.story.push(`${start}-${end} ${name} at ${process}: ${shown(result)}`)
  }

  /** The youngest things of a kind, dead or alive. */
  held(...kinds: Held['kind'][]): Held[] {
    const all = this.grants.flatMap((grant) => grant.held.filter(({ kind }) => kinds.includes(kind)))
    return all.sort((a, b) => a.made.end - b.made.end).slice(-this.youngest)
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

  /** A form to the OAuth face, over a connection with or without a certificate. */
  sendForm(
    process: 0 | 1,
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    certificate?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.world.send(process, {
      route,
      certificate,
      body: form(parameters),
      headers: { ...type, ...headers },
    })
  }

  /** Whether an answer is the good one. Anything but a documented answer is a violation. */
  #succeeded(answer: Received, at: Span): boolean | undefined {
    const isWithoutService = this.services.some(({ deletions }) => deletions.length > 0)
    if (isWithoutService && isWithoutKey(answer)) return false
    if (!isFailure(answer)) return isGood(answer)
    const { status, headers, text } = answer
    const isUnavailable = status === 503 && headers['retry-after'] !== undefined
    if (!this.mayFail(at) || (status !== 0 && !isUnavailable)) {
      this.fail(`a request got ${status} ${text}`)
    }
    Object.assign(at, { end: Infinity, endedAt: Infinity })
    return undefined
  }

  /** Compares an answer with the state, in the model, of the token or code that was used. */
  judge(what: string, isAccepted: boolean | undefined, dead: Certainty): void {
    if (isAccepted === true && dead === 'yes') this.fail(`${what} was accepted, but must be refused`)
    if (isAccepted === false && dead === 'no') this.fail(`${what} was refused, but it is right`)
  }

  /** Whether a thing is dead for a request, which itself does not count. */
  dead(held: Held, seen: Span): Certainty {
    const isOther = ({ start }: Span) => start !== seen.start
    const grant = { ...held.grant, ends: held.grant.ends.filter(({ at }) => isOther(at)) }
    return isDead({ ...held, grant, uses: held.uses.filter(isOther) }, seen, this.world.mode.refresh)
  }

  fail(message: string): never {
    throw new Violation(`${message}\n${this.story.join('\n')}`)
  }

  write<Value>(list: Written<Value>[], value: Value, at: Span): Undo {
    const written = { value, at }
    list.push(written)
    return () => void list.splice(list.indexOf(written), 1)
  }

  /** A request that uses a thing up. */
  use(spans: Span[], at: Span): Undo {
    spans.push(at)
    return () => forget(spans, at)
  }

  /** A request that may end the grant. */
  mayEnd(grant: Grant, at: Span): Undo {
    grant.ends.push({ at, sure: false })
    return () => this.ended(grant, at, undefined)
  }

  /** @param isSure whether it has ended the grant if it ever was there; `undefined` takes the request out */
  ended(grant: Grant, at: Span, isSure: boolean | undefined): void {
    const end = grant.ends.find((known) => known.at.start === at.start)
    if (end === undefined) return
    if (isSure === undefined) grant.ends.splice(grant.ends.indexOf(end), 1)
    else end.sure = isSure
  }

  /** Remembers what a request has made. */
  hold(
    grant: Grant,
    kind: Held['kind'],
    text: unknown,
    made: Span,
    { from, expiry, narrowed }: Pick<Held, 'expiry'> & Partial<Pick<Held, 'from' | 'narrowed'>>,
  ): Held {
    const known = grant.held.find((held) => held.text === text)
    if (typeof text !== 'string') this.fail(`an answer has no ${kind}`)
    if (known !== undefined) return known
    const held: Held = { kind, text, grant, made, from, expiry, uses: [], narrowed }
    if (kind === 'access') this.#sweepNew(grant, made)
    this.succession.add(held)
    grant.held.push(held)
    return held
  }

  /** A request that concerns all tokens of a client's end-user, also those that are issued while it runs. */
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
}
