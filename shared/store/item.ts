import type { Item } from '../dynamodb/dynamodb.ts'
import type * as z from 'zod/mini'
import type { Immutable } from '../immutable.ts'
import {
  AccessMembers,
  ClientState,
  CodeMembers,
  type Grant,
  type GrantKey,
  GrantMembers,
  LISTS_WITH_DEFAULT,
  PushedMembers,
  RefreshMembers,
  Terms,
  TicketMembers,
  type Tokens,
  CodeStageMembers,
} from './grant.ts'
import { DamagedItem, listing, readListedSubject } from './listing.ts'

const SCHEMAS = [
  ...[GrantMembers, Terms, PushedMembers, TicketMembers, CodeMembers, CodeStageMembers],
  ...[AccessMembers, RefreshMembers],
]

let absent: Item | undefined

/** All attributes of grants, each `undefined`. They are made with the first update, because that takes every schema. */
function absentAttributes(): Item {
  return (absent ??= Object.fromEntries(
    SCHEMAS.flatMap(({ _zod }) => Object.keys(_zod.innerType.shape)).map((name) => [name, undefined]),
  ))
}

/** The members of a grant that the store keeps as attributes of their own. */
interface Nested {
  readonly terms?: Terms
  readonly pushed?: PushedMembers | undefined
  readonly code?: CodeMembers | undefined
}

/** All attributes of a grant in the store. An absent one is `undefined`, so that an update removes the attributes of the previous stage. */
export function grantAttributes(grant: Grant): Item {
  return { ...absentAttributes(), ...newGrantAttributes(grant) }
}

/** The attributes of a grant that is not in the store. */
export function newGrantAttributes(grant: Grant): Item {
  const { service: _, grantId: _id, ...own } = grant
  const { terms, pushed, code }: Nested = own
  const flat = { terms: undefined, pushed: undefined, code: undefined }
  const attributes = { ...terms, ...own, ...pushed, ...code, ...flat }
  if (grant.stage !== 'TOKENS') return withoutEmptyLists(attributes)
  // Tokens have their subject only in the index key, because a second copy would make a write cost two units.
  const { service, client, grantId, refresh } = grant
  const keys = listing({ service, client, grantId, subject: grant.terms.subject })
  return withoutEmptyLists({ ...attributes, ...refresh, refresh: undefined, ...keys, subject: undefined })
}

function withoutEmptyLists(attributes: Record<string, unknown>): Item {
  for (const name of LISTS_WITH_DEFAULT) {
    const value = attributes[name]
    if (Array.isArray(value) && value.length === 0) attributes[name] = undefined
  }
  return attributes
}

/**
 * The digests of the tokens that the step from `from` to `to` makes, which no other step can store. They show that it was done, even
 * if a change of the management API has replaced its `attempt` since.
 *
 * @param from absent if the grant is new
 */
export function newTokenDigests(to: Grant, from?: Grant): Item {
  const [made, known] = [tokenDigests(to), tokenDigests(from)]
  return Object.fromEntries(Object.entries(made).filter(([name, digest]) => known[name] !== digest))
}

function tokenDigests(grant?: Grant): Item {
  return grant?.stage === 'TOKENS'
    ? { accessDigest: grant.accessDigest, refreshDigest: grant.refresh?.refreshDigest }
    : {}
}

/** @throws DamagedItem if a member is missing or has a wrong type, or if the item belongs to another client */
export function readGrant(item: Item, { service, client, grantId }: GrantKey): Grant {
  const { stage, client: owner, clientIdAlias, revision } = readMembers(GrantMembers, item)
  if (owner !== client) throw new DamagedItem('client')
  const any = { service, client, grantId, clientIdAlias, revision }
  if (stage === 'PUSHED') return { ...any, stage, pushed: readMembers(PushedMembers, item) }
  const terms = readMembers(Terms, item)
  if (stage === 'TICKET') {
    const pushed = item['pushedDigest'] === undefined ? undefined : readMembers(PushedMembers, item)
    return { ...any, stage, terms, pushed, ...readMembers(TicketMembers, item) }
  }
  if (stage === 'TOKENS') return { ...any, stage, ...readTokens(item, terms) }
  if (terms.subject === undefined) throw new DamagedItem('subject')
  return {
    ...any,
    stage,
    terms,
    code: readMembers(CodeMembers, item),
    ...readMembers(CodeStageMembers, item),
  }
}

/** @throws DamagedItem */
export function readClientState(item: Item): ClientState {
  return readMembers(ClientState, item)
}

function readTokens(item: Item, terms: Terms) {
  const access = readMembers(AccessMembers, item)
  requireAudience(access, terms)
  return {
    terms: { ...terms, subject: readListedSubject(item['held'], access.grantType) },
    ...access,
    code: item['codeDigest'] === undefined ? undefined : readMembers(CodeMembers, item),
    refresh: item['refreshDigest'] === undefined ? undefined : readMembers(RefreshMembers, item),
  }
}

/** A token for certain resources must not become a token for the service's default resource. @throws DamagedItem */
function requireAudience({ accessResources }: Pick<Tokens, 'accessResources'>, { resources }: Terms): void {
  const isPart = accessResources.every((resource) => resources.includes(resource))
  if (!isPart || (accessResources.length === 0 && resources.length > 0)) {
    throw new DamagedItem('accessResources')
  }
}

/** @throws DamagedItem with the name of the attribute, or of the member in the attribute */
export function readMembers<Schema extends z.ZodMiniType>(
  schema: Schema,
  item: Item,
): Immutable<z.output<Schema>> {
  const parsed = schema.safeParse(item)
  if (parsed.success) return parsed.data as Immutable<z.output<Schema>>
  const path = parsed.error.issues[0]?.path ?? []
  throw new DamagedItem(String(path.findLast((part) => typeof part === 'string')))
}
