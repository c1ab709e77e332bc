/** From the sending of a request to its answer, in milliseconds of this process. */
export interface Span {
  readonly sent: number
  readonly answered: number
}

/** Something that ends tokens. It may take effect from `sent` on; if it is `sure`, it has taken effect at `answered`. */
export interface Ending extends Span {
  readonly sure: boolean
}

/** Tokens are issued in whole seconds, and a cut-off is a second or more later than its answer: the more, the longer it took. */
const CUT_OFF_MILLISECONDS = 2100
const CUT_OFF_FACTOR = 3
/** Clocks of two processes, and rounding. */
const SLACK_MILLISECONDS = 100

/** What is known about a client. */
export class ClientTruth {
  /** The requests that ended all of its tokens: cut-offs and its deletion. */
  readonly cuts: Ending[] = []
  /** Locked from the first on, and unlocked from the second on. */
  readonly locks: { readonly from: Ending; until?: Ending }[] = []
  deleted: Ending | undefined
}

type Kind = 'access' | 'refresh' | 'code'

interface Issued {
  readonly kind: Kind
  readonly value: string
  readonly client: ClientTruth
  /** The identity whose certificate it is bound to. */
  readonly boundTo: string | undefined
  readonly issued: Span
  readonly seconds: number
}

/** What is known about one token or code. */
export class Token implements Issued {
  readonly kind: Kind
  readonly value: string
  readonly client: ClientTruth
  readonly issued: Span
  readonly seconds: number
  boundTo: string | undefined
  readonly history: string[] = []
  #mayHaveEnded = Infinity
  #hasEnded = Infinity

  constructor(issued: Issued) {
    this.kind = issued.kind
    this.value = issued.value
    this.client = issued.client
    this.issued = issued.issued
    this.seconds = issued.seconds
    this.boundTo = issued.boundTo
    this.note(issued.issued, `issued, bound to ${issued.boundTo ?? 'nothing'}`)
  }

  end({ sent, answered, sure }: Ending, how: string): void {
    this.#mayHaveEnded = Math.min(this.#mayHaveEnded, sent)
    if (sure) this.#hasEnded = Math.min(this.#hasEnded, answered)
    this.note({ sent, answered }, `${sure ? 'ended' : 'may have ended'} by ${how}`)
  }

  note({ sent, answered }: Span, what: string): void {
    if (this.history.length < 40) this.history.push(`${sent.toFixed(0)} to ${answered.toFixed(0)}: ${what}`)
  }

  /** Why the token is dead in all of this time; `undefined` if it may be alive. */
  whyDead({ sent, answered }: Span): string | undefined {
    const { client, issued } = this
    if (this.#hasEnded < sent) return 'it has ended'
    if (issued.answered + this.seconds * 1000 + SLACK_MILLISECONDS < sent) return 'it has expired'
    const ended = [client.deleted, ...client.cuts].some(
      (cut) => cut?.sure === true && issued.answered < cut.sent && cut.answered < sent,
    )
    if (ended) return 'its client was cut off or deleted'
    const locked = client.locks.some(
      ({ from, until }) => from.sure && from.answered < sent && (until?.sent ?? Infinity) > answered,
    )
    return locked ? 'its client is locked' : undefined
  }

  /** Why the token may be dead in this time; `undefined` if it is alive in all of it. */
  whyDoubtful({ sent, answered }: Span): string | undefined {
    const { client, issued } = this
    if (this.#mayHaveEnded <= answered) return 'it may have ended'
    const shortest = issued.sent + (this.seconds - 1) * 1000 - SLACK_MILLISECONDS
    if (shortest <= answered) return 'it may have expired'
    if (mayBeCutOff(client, issued, answered)) return 'its client may have been cut off'
    return isDoubtful(client, { sent, answered }) ? 'its client may be locked or deleted' : undefined
  }
}

function mayBeCutOff({ cuts }: ClientTruth, issued: Span, until: number): boolean {
  return cuts.some(({ sent, answered }) => {
    const after = CUT_OFF_MILLISECONDS + CUT_OFF_FACTOR * (answered - sent)
    return sent <= until && issued.sent < answered + after
  })
}

/** Whether a client may be locked, cut off or deleted in this time. */
export function isDoubtful(client: ClientTruth, { sent, answered }: Span): boolean {
  const { locks, deleted } = client
  if (deleted !== undefined && deleted.sent <= answered) return true
  if (mayBeCutOff(client, { sent, answered }, answered)) return true
  return locks.some(
    ({ from, until }) =>
      from.sent <= answered && (until === undefined || !until.sure || until.answered >= sent),
  )
}

/** Judges whether a token may be used over a connection with a certificate of `presented`. */
export function judgeUse(
  token: Token,
  span: Span,
  verdict: 'yes' | 'no',
  presented?: { readonly certificate: string | undefined; readonly boundOnly: boolean },
): string | undefined {
  const possession = whyNotHeld(token, presented)
  if (verdict === 'yes') {
    const wrong = possession ?? token.whyDead(span)
    return wrong === undefined ? undefined : `wrong yes: ${wrong}`
  }
  const right = possession ?? token.whyDoubtful(span)
  return right === undefined ? 'wrong no: it is alive and its holder presents it' : undefined
}

function whyNotHeld(
  { boundTo }: Token,
  presented: { readonly certificate: string | undefined; readonly boundOnly: boolean } | undefined,
): string | undefined {
  if (presented === undefined) return undefined
  if (boundTo === undefined) return presented.boundOnly ? 'it is bound to nothing' : undefined
  const { certificate = 'no certificate' } = presented
  return certificate === boundTo ? undefined : `it is bound to ${boundTo} and comes with ${certificate}`
}
