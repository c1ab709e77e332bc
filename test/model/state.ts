import type { TokenAuthMethod } from '../../shared/store/service.ts'

/** The memory of the model (model.ts) about a run. */

/** When a request ran: its place among the beginnings and ends of all requests, and the clock at both. */
export interface Span {
  readonly start: number
  readonly startedAt: number
  end: number
  endedAt: number
  /** The last second that the request can have taken for its own. The clock of a run by steps stands still, any other does not. */
  latest: number
  /** The place at which its caller stopped waiting: the end, but for a request whose outcome is unknown. */
  gone: number
  readonly process: number
}

/** Either of two requests that overlap may have come first, and this never becomes certain. */
export const unfinished = (at: Span): Span => ({ ...at, end: Infinity, endedAt: Infinity, gone: Infinity })

/** Takes out what a request would have done. */
export function forget(spans: Span[], { start }: Span): void {
  const at = spans.findIndex((span) => span.start === start)
  if (at >= 0) spans.splice(at, 1)
}

/** A value that a request has written, or may have written. */
export interface Written<Value> {
  readonly value: Value
  readonly at: Span
}

export type Refreshing = 'kept' | 'rotated' | 'idempotent'

export interface Service {
  readonly number: number
  readonly issuer: string
  readonly manage: string
  readonly created: Span
  /** Its number was the number of a deleted service. */
  readonly again: boolean
  /** Whether it notes certificates. If not, a revocation names the clients. */
  readonly isNoted: boolean
  readonly deletions: Span[]
  readonly notBefore: Written<number>[]
  /** A service that gets the number of a deleted one has them in common with it. */
  readonly revocations: CertificateChange[]
  /** The requests that have shown a certificate to it, and so its issuer and serial number. */
  readonly shown: { readonly certificate: string; readonly at: Span }[]
  /** The certificate lists that the deployment has read, for all services. */
  readonly lists: ReadList[]
  /** The announcements of its clients, which such a service has in common, too. */
  readonly announced: Renewal[]
}

/** Each has holds of its own: the two names of a certificate by which an operator revokes it, and the list of its CA. */
export type Track = 'thumbprint' | 'serial' | 'list'
export const TRACKS: readonly Track[] = ['thumbprint', 'serial', 'list']

/** A certificate list, with the certificates in it by name. */
export interface ReadList {
  readonly entries: ReadonlyMap<string, 'hold' | 'final'>
  readonly at: Span
}

/** A hold of a certificate, its release, or a revocation for good. */
export interface CertificateChange extends Written<'hold' | 'release' | 'final'> {
  readonly service: Service
  /** The name of the certificate. */
  readonly certificate: string
  readonly track: Track
  /** The clients that it names, where the service notes no certificates. */
  readonly clients: readonly Client[]
  /** It also concerns the certificates that this one has announced, and those that they have announced in turn. */
  readonly follows: boolean
}

export interface Client {
  readonly service: Service
  readonly number: number
  readonly method: TokenAuthMethod
  /** The name of the certificate that it presents if nothing is wrong. */
  readonly own: string
  /** The secrets, for methods that have one. */
  readonly secrets: Written<string>[]
  readonly isBound: Written<boolean>[]
  readonly created: Span
  readonly deletions: Span[]
  readonly locks: Written<boolean>[]
  readonly cutOffs: Span[]
  readonly renewals: Renewal[]
  readonly renewalChanges: RenewalChange[]
}

/** A renewal that the client has announced, by the names of the certificates. It takes effect only if management approves it. */
export interface Renewal {
  readonly client: Client
  readonly from: string
  readonly to: string
  readonly at: Span
  /** It was refused, perhaps after it was stored. */
  refused?: true
}

/** A change of a renewal by management: its approval or its end. */
export interface RenewalChange {
  readonly from: string
  readonly ends: boolean
  readonly at: Span
}

/** The name of a certificate or of a key. */
export type Binding = string

export const UNBOUND: Binding = 'none'

/** From the request or the ticket on, or from the token that is its first. */
export interface Grant {
  readonly client: Client
  readonly scopes: Written<readonly string[]>[]
  readonly binding: Written<Binding>[]
  /** The refreshes that have followed an announcement. */
  readonly followed: { readonly at: Span; readonly sure: boolean }[]
  /** The only key that may redeem its code. */
  readonly codeKey: string | undefined
  /** The nonce of the authorization request, for the ID token. */
  readonly nonce: string | undefined
  /** Revocations and replays. Not `sure`: the request may have found nothing to end. */
  readonly ends: { readonly at: Span; sure: boolean }[]
  /** The end of its refresh tokens: they follow each other, and no refresh makes it later. */
  readonly refreshExpiry: Written<number>[]
  readonly held: Held[]
}

/** A token, code or ticket that a client or its authorization server holds. */
export interface Held {
  readonly kind: 'pushed' | 'ticket' | 'code' | 'access' | 'refresh' | 'ID token'
  readonly text: string
  readonly grant: Grant
  /** The request that has made it. */
  readonly made: Span
  /** The token, code or ticket that the request has used. */
  readonly from: Held | undefined
  readonly expiry: Written<number>[]
  /** The requests that have used it up or replaced it. */
  readonly uses: Span[]
  /** The scopes of an access token, if it was issued with fewer than the grant has. */
  readonly narrowed?: readonly string[] | undefined
}

/** A DPoP proof that was sent. Each service takes it once. */
export interface Proof {
  readonly service: Service
  readonly text: string
  readonly key: string
  /** The path of the endpoint, or the access token, that it is for. */
  readonly target: string
  readonly madeAt: number
  readonly uses: Span[]
}
