/** What the model (model.ts) remembers of a run. */

/** When a request ran: its place among the beginnings and ends of all requests, and the clock at both. */
export interface Span {
  readonly start: number
  readonly startedAt: number
  end: number
  endedAt: number
  readonly process: number
}

/** A value that a request has written, or may have written. */
export interface Written<Value> {
  readonly value: Value
  readonly at: Span
}

export type Refreshing = 'kept' | 'rotated' | 'idempotent'

export interface Service {
  readonly number: number
  readonly manage: string
  readonly created: Span
  /** Its number was the number of a deleted service. */
  readonly again: boolean
  readonly deletions: Span[]
  readonly notBefore: Written<number>[]
}

export interface Client {
  readonly service: Service
  readonly number: number
  readonly secret: string
  readonly isBound: boolean
  readonly created: Span
  readonly deletions: Span[]
  readonly locks: Written<boolean>[]
  readonly cutOffs: Span[]
}

/** From the ticket on, or from the token that is its first. */
export interface Grant {
  readonly client: Client
  readonly scopes: Written<readonly string[]>[]
  /** The certificate that its tokens are bound to. Its clients present their own. */
  readonly certificate: Written<'none' | 'own' | 'other'>[]
  /** Revocations and replays. Not `sure`: the request may have found nothing to end. */
  readonly ends: { readonly at: Span; sure: boolean }[]
  /** The end of its refresh tokens: they follow each other, and no refresh makes it later. */
  readonly refreshExpiry: Written<number>[]
  readonly held: Held[]
}

/** What a client holds. */
export interface Held {
  readonly kind: 'ticket' | 'code' | 'access' | 'refresh'
  readonly text: string
  readonly grant: Grant
  /** The request that has made it. */
  readonly made: Span
  /** What that request has used. */
  readonly from: Held | undefined
  readonly expiry: Written<number>[]
  /** Of a ticket, a code or a refresh token: the requests that have used it. Of an access token: those that replaced it. */
  readonly uses: Span[]
}
