import { boundThumbprint } from '../certificate/binding.ts'
import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { Item } from '../dynamodb/dynamodb.ts'
import type { Certificates } from './certificates/certificates.ts'
import { isDeepStrictEqual } from 'node:util'
import { LOST, repeatWhileLost } from './unavailable.ts'
import { grantId, stateId } from './grant-keys.ts'
import type { ClientState, Code, Grant, GrantKey, Pushed } from './grant.ts'
import type { RefreshMembers, RequestInUse, Ticket, Tokens } from './grant.ts'
import { grantAttributes, newGrantAttributes, newTokenDigests, readClientState, readGrant } from './item.ts'
import { listingOfSubject, listingsOfClient, isListable } from './listing.ts'
import type { OneTimeProof } from './one-time-proof.ts'
import type { Table } from './table.ts'
import { ttl } from './time-to-live.ts'

/** A grant, with the states of the clients that matter for it. */
export interface GrantAndStates {
  readonly grant: Grant | undefined
  /** The state of the client of the grant, or `undefined` if the client was deleted. */
  readonly client: ClientState | undefined
  /** The state of the client that sent the request, if there is one. */
  readonly caller: ClientState | undefined
}

/** A batch of DynamoDB has at most 100 items: the grants, and the states of their clients. */
const GRANTS_IN_BATCH = 50

interface Written {
  readonly done: true
}

/** The result of a transition. If it is not `done`, another writer was first, and `current` is the stored grant, if it still exists. */
export type Transition = Written | { readonly done: false; readonly current: Grant | undefined }

/**
 * Grants and the states of their clients, one item each. A grant moves (PUSHED ->) TICKET -> CODE -> TOKENS -> gone. Every transition
 * is one write, conditional on a digest that only the previous transition stored, so only one of several concurrent callers succeeds.
 * A transition that a request with a DPoP proof can cause uses the proof up first.
 *
 * Every method throws StoreUnavailable, and DamagedItem for a malformed item.
 */
export class Grants {
  readonly #table: Table
  readonly #newRevision: () => string
  readonly #certificates: Certificates

  constructor(table: Table, certificates: Certificates) {
    this.#table = table
    this.#newRevision = table.newAttempt
    this.#certificates = certificates
  }

  /**
   * Reads the grant, its client's state and the state of `caller`, another client of the service, in one batch. If the client has very
   * many revoked certificates, one more read finds whether those of the grant and of the request are among them.
   */
  async find(key: GrantKey, caller?: number, presented?: Thumbprint): Promise<GrantAndStates> {
    const keys = [{ id: grantId(key) }, { id: stateId(key.service, key.client) }]
    const sameClient = caller === key.client
    if (caller !== undefined && !sameClient) keys.push({ id: stateId(key.service, caller) })
    const [grant, client, other] = await this.#table.findAll(keys)
    const read = grant && readGrant(grant, key)
    const bound = read?.stage === 'TOKENS' ? boundThumbprint(read.binding) : undefined
    let state = client && readClientState(client)
    if (state?.moreRevoked !== undefined)
      state = await this.#certificates.moreRevoked.complete(state, key, [bound, presented])
    return { grant: read, client: state, caller: sameClient ? state : other && readClientState(other) }
  }

  /**
   * The keys of a client's grants with tokens, sorted by subject, then by id. The index may lag behind (docs/store.md), so callers
   * must read each grant before they decide.
   *
   * @param subject limits the list to the grants of this subject
   */
  async list(service: number, client: number, subject?: string): Promise<GrantKey[]> {
    const ofSubject = subject === undefined ? undefined : listingOfSubject(service, client, subject)
    if (ofSubject !== undefined && !isListable(ofSubject.held)) return []
    const partitions = ofSubject === undefined ? listingsOfClient(service, client) : [ofSubject]
    const found = await Promise.all(partitions.map((keys) => this.#table.queryIndex('listing', keys)))
    const start = stateId(service, client).length + 1
    return found
      .flat()
      .map(({ id, held }) => ({ held: String(held), grantId: String(id).slice(start) }))
      .sort((a, b) => compare(a.held, b.held) || compare(a.grantId, b.grantId))
      .map(({ grantId }) => ({ service, client, grantId }))
  }

  /** Finds many grants, in the order of `keys`. It leaves out grants that have ended or have no tokens. */
  async findTokens(
    keys: readonly GrantKey[],
  ): Promise<{ readonly grant: Tokens; readonly client: ClientState | undefined }[]> {
    const found = []
    for (let start = 0; start < keys.length; start += GRANTS_IN_BATCH) {
      const batch = keys.slice(start, start + GRANTS_IN_BATCH)
      const ids = batch.flatMap((key) => [grantId(key), stateId(key.service, key.client)])
      const items = await this.#table.findAll([...new Set(ids)].map((id) => ({ id })))
      const byId = new Map(items.flatMap((item) => (item === undefined ? [] : [[item['id'], item]])))
      for (const key of batch) {
        const item = byId.get(grantId(key))
        const grant = item && readGrant(item, key)
        const state = byId.get(stateId(key.service, key.client))
        if (grant?.stage === 'TOKENS') found.push({ grant, client: state && readClientState(state) })
      }
    }
    return found
  }

  async findState(service: number, client: number): Promise<ClientState | undefined> {
    const state = await this.#table.find({ id: stateId(service, client) })
    return state && readClientState(state)
  }

  async create(grant: Pushed | Tokens, proof: OneTimeProof): Promise<Written> {
    await proof.use()
    return this.#create(grant)
  }

  /** Only for the authorization endpoint and the management API, whose requests cannot have a proof. */
  createWithoutProof(grant: Ticket | Tokens): Promise<Written> {
    return this.#create(grant)
  }

  /** Makes a ticket from a pushed request. An earlier ticket of the request is then invalid. @param current the grant as it was read */
  useRequest(current: RequestInUse, ticket: Ticket): Promise<Transition> {
    const { stage, pushed } = current
    const ticketDigest = stage === 'TICKET' ? current.ticketDigest : undefined
    return this.#move(current, ticket, { stage, pushedDigest: pushed.pushedDigest, ticketDigest })
  }

  issueCode(ticket: Ticket, code: Code): Promise<Transition> {
    return this.#move(ticket, code, { stage: 'TICKET', ticketDigest: ticket.ticketDigest })
  }

  async redeem(code: Code, tokens: Tokens, proof: OneTimeProof): Promise<Transition> {
    await proof.use()
    return this.#move(code, tokens, { stage: 'CODE', codeDigest: code.code.codeDigest })
  }

  keepContext(ticket: Ticket, context: string): Promise<Transition> {
    const changed = { ...ticket, context, revision: this.#newRevision() }
    return this.#move(ticket, changed, { stage: 'TICKET', ticketDigest: ticket.ticketDigest })
  }

  /** Deletes the ticket unless it has become a code. All concurrent calls succeed, because a deletion leaves no trace. */
  async fail({ ticketDigest, ...key }: Ticket): Promise<boolean> {
    const outcome = await this.#table.remove({ id: grantId(key) }, { stage: 'TICKET', ticketDigest })
    return outcome.done
  }

  /** @param current the grant as it was read. The result is not `done` if a change of its refresh token, terms or binding was first */
  async refresh(
    current: Tokens & { readonly refresh: RefreshMembers },
    tokens: Tokens,
    proof: OneTimeProof,
  ): Promise<Transition> {
    await proof.use()
    const isSame =
      isDeepStrictEqual(current.terms, tokens.terms) && isDeepStrictEqual(current.binding, tokens.binding)
    const next = isSame ? tokens : { ...tokens, revision: this.#newRevision() }
    return this.#move(current, next, { stage: 'TOKENS', refreshDigest: current.refresh.refreshDigest })
  }

  /**
   * Makes a change of the management API. It writes only the attributes that differ, even if other requests have changed the grant since
   * `current` was read. A change of one access token is conditional on that token. A first binding is not tried again after another
   * change, because a grant keeps its kind of binding for life (decision D6). An ended grant stays ended.
   */
  change(current: Tokens, tokens: Tokens): Promise<Transition> {
    const [before, after] = [grantAttributes(current), grantAttributes(tokens)]
    const differs = (name: string) => !isDeepStrictEqual(before[name], after[name])
    // A refresh may have given the access token other scopes since, so both lists are written if one differs.
    const scopeNames = SCOPE_ATTRIBUTES.some(differs) ? SCOPE_ATTRIBUTES : []
    const isWritten = (name: string) => differs(name) || scopeNames.includes(name)
    const attributes = Object.fromEntries(Object.entries(after).filter(([name]) => isWritten(name)))
    // A refresh may have set a later TTL since, so it is never lowered. TTL only collects garbage.
    const laterTtl = ttl(tokens) > ttl(current) ? { ttl: ttl(tokens) } : {}
    const { client, accessDigest } = current
    const isOfToken = ACCESS_TOKEN_ATTRIBUTES.some(differs)
    const isFirstBinding = before['binding'] === 'none' && differs('binding')
    let { revision } = current
    return repeatWhileLost(async () => {
      // Every change is conditional on the revision, so that a write that arrives late does not undo the next change.
      const written = await this.#write(
        current,
        tokens,
        { ...attributes, ...laterTtl, revision: this.#newRevision() },
        { stage: 'TOKENS', client, revision, ...(isOfToken ? { accessDigest } : {}) },
      )
      if (written.done || written.current?.stage !== 'TOKENS') return written
      if (isOfToken || isFirstBinding) return written
      revision = written.current.revision
      return LOST
    })
  }

  /** Ends the grant and all its tokens, if it still has the token family, or without one the access token, that was read. */
  async end(tokens: Tokens, proof: OneTimeProof): Promise<void> {
    await proof.use()
    const stored =
      tokens.refresh === undefined
        ? { accessDigest: tokens.accessDigest }
        : { familyDigest: tokens.refresh.familyDigest }
    await this.#table.remove({ id: grantId(tokens) }, stored)
  }

  /** Ends the grant even if it has changed since it was read, because a revocation must not lose to a concurrent refresh. */
  async revoke(tokens: Tokens): Promise<void> {
    await this.#table.remove({ id: grantId(tokens) }, { client: tokens.client })
  }

  async #create(grant: Grant): Promise<Written> {
    const item = { ...newGrantAttributes(grant), ttl: ttl(grant) }
    const traces = { attempt: this.#table.newAttempt(), ...newTokenDigests(grant) }
    const outcome = await this.#table.create(item, { id: grantId(grant) }, traces)
    if (!outcome.done) throw new Error('a random grant id was taken')
    return outcome
  }

  /** Writes the whole grant if its revision has not changed since `from` was read. */
  #move(from: Grant, to: Grant, stored: Item): Promise<Transition> {
    const { revision } = from
    const attributes = { ...grantAttributes({ ...to, revision: to.revision ?? revision }), ttl: ttl(to) }
    return this.#write(from, to, attributes, { ...stored, revision })
  }

  async #write(from: Grant, to: Grant, attributes: Item, stored: Item): Promise<Transition> {
    const traces = { attempt: this.#table.newAttempt(), ...newTokenDigests(to, from) }
    const outcome = await this.#table.update({ id: grantId(to) }, attributes, stored, traces)
    return outcome.done
      ? outcome
      : { done: false, current: outcome.current && readGrant(outcome.current, to) }
  }
}

/** The scopes of the grant, and those of its access token. */
const SCOPE_ATTRIBUTES: readonly string[] = ['scopes', 'accessScopes']

/** The attributes that a refresh replaces. A change of them concerns only the named access token. */
const ACCESS_TOKEN_ATTRIBUTES = [
  'accessDigest',
  'accessIssuedAt',
  'accessExpiresAt',
  'accessResources',
] as const

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
