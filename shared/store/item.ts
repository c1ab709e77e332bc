import type { EpochSeconds } from '../epoch-seconds.ts'
import type {
  ClientState,
  CodeChallenge,
  CodeMembers,
  Grant,
  GrantKey,
  RefreshMembers,
  Ticket,
  TokenDigest,
  Tokens,
} from './grant.ts'
import type { Item } from './table.ts'

/** An item does not have the form that was written. The message names the attribute, never its value. */
export class DamagedItem extends Error {}

/** The flat attributes of a grant, `undefined` where it has none, so that an update removes what a stage leaves behind. */
export function grantAttributes(grant: Grant): Item {
  const tokens = grant.stage === 'TOKENS' ? grant : undefined
  const code = grant.stage === 'TICKET' ? grant : grant.code
  return {
    stage: grant.stage,
    client: grant.client,
    clientIdAlias: grant.clientIdAlias,
    scopes: grant.scopes,
    subject: grant.stage === 'TICKET' ? undefined : grant.subject,
    ...(grant.stage === 'TICKET' ? ticketAttributes(grant) : NO_TICKET),
    redirectUri: code?.redirectUri,
    challenge: code?.challenge,
    ...(grant.stage === 'TICKET' ? {} : codeAttributes(grant.code)),
    ...(tokens === undefined ? {} : tokenAttributes(tokens)),
  }
}

const NO_TICKET = {
  ticketDigest: undefined,
  ticketIssuedAt: undefined,
  ticketExpiresAt: undefined,
  redirectUriAsked: undefined,
  state: undefined,
}

function ticketAttributes(ticket: Ticket): Item {
  const { ticketDigest, ticketIssuedAt, ticketExpiresAt, redirectUriAsked, state } = ticket
  return { ticketDigest, ticketIssuedAt, ticketExpiresAt, redirectUriAsked, state }
}

function codeAttributes(code: CodeMembers | undefined): Item {
  return {
    codeDigest: code?.codeDigest,
    codeIssuedAt: code?.codeIssuedAt,
    codeExpiresAt: code?.codeExpiresAt,
  }
}

function tokenAttributes(tokens: Tokens): Item {
  const { grantType, binding, accessDigest, accessIssuedAt, accessExpiresAt, accessScopes, refresh } = tokens
  return {
    grantType,
    binding,
    accessDigest,
    accessIssuedAt,
    accessExpiresAt,
    accessScopes,
    refreshDigest: refresh?.refreshDigest,
    refreshIssuedAt: refresh?.refreshIssuedAt,
    refreshExpiresAt: refresh?.refreshExpiresAt,
    familyDigest: refresh?.familyDigest,
    replaced: refresh?.replaced,
  }
}

/** @throws DamagedItem when a member is missing, of another type, or another client's */
export function readGrant(item: Item, key: GrantKey): Grant {
  if (integer(item, 'client') !== key.client) throw new DamagedItem('client')
  const members = {
    ...key,
    clientIdAlias: optionalText(item, 'clientIdAlias'),
    scopes: texts(item, 'scopes'),
  }
  if (item['stage'] === 'TICKET') return { ...members, stage: 'TICKET', ...readTicket(item) }
  if (item['stage'] === 'CODE') {
    return { ...members, stage: 'CODE', code: readCode(item), subject: text(item, 'subject') }
  }
  if (item['stage'] === 'TOKENS') return { ...members, stage: 'TOKENS', ...readTokens(item) }
  throw new DamagedItem('stage')
}

/** @throws DamagedItem */
export function readClientState(item: Item): ClientState {
  if (typeof item['locked'] !== 'boolean') throw new DamagedItem('locked')
  return { locked: item['locked'], notBefore: seconds(item, 'notBefore') }
}

function readTicket(item: Item) {
  if (typeof item['redirectUriAsked'] !== 'boolean') throw new DamagedItem('redirectUriAsked')
  return {
    ticketDigest: digest(item, 'ticketDigest'),
    ticketIssuedAt: seconds(item, 'ticketIssuedAt'),
    ticketExpiresAt: seconds(item, 'ticketExpiresAt'),
    redirectUri: text(item, 'redirectUri'),
    redirectUriAsked: item['redirectUriAsked'],
    state: optionalText(item, 'state'),
    challenge: readChallenge(item),
  }
}

function readCode(item: Item): CodeMembers {
  return {
    codeDigest: digest(item, 'codeDigest'),
    codeIssuedAt: seconds(item, 'codeIssuedAt'),
    codeExpiresAt: seconds(item, 'codeExpiresAt'),
    redirectUri: optionalText(item, 'redirectUri'),
    challenge: readChallenge(item),
  }
}

function readTokens(item: Item) {
  const grantType = item['grantType']
  if (grantType !== 'AUTHORIZATION_CODE' && grantType !== 'CLIENT_CREDENTIALS') {
    throw new DamagedItem('grantType')
  }
  return {
    grantType,
    subject: grantType === 'AUTHORIZATION_CODE' ? text(item, 'subject') : optionalText(item, 'subject'),
    binding: item['binding'],
    accessDigest: digest(item, 'accessDigest'),
    accessIssuedAt: seconds(item, 'accessIssuedAt'),
    accessExpiresAt: seconds(item, 'accessExpiresAt'),
    accessScopes: texts(item, 'accessScopes'),
    code: item['codeDigest'] === undefined ? undefined : readCode(item),
    refresh: item['refreshDigest'] === undefined ? undefined : readRefresh(item),
  } as const
}

function readRefresh(item: Item): RefreshMembers {
  const replaced = optionalMap(item, 'replaced')
  return {
    refreshDigest: digest(item, 'refreshDigest'),
    refreshIssuedAt: seconds(item, 'refreshIssuedAt'),
    refreshExpiresAt: seconds(item, 'refreshExpiresAt'),
    familyDigest: digest(item, 'familyDigest'),
    replaced: replaced && {
      digest: digest(replaced, 'digest'),
      at: seconds(replaced, 'at'),
      nonce: optionalText(replaced, 'nonce'),
    },
  }
}

function readChallenge(item: Item): CodeChallenge | undefined {
  const challenge = optionalMap(item, 'challenge')
  if (challenge === undefined) return undefined
  const method = challenge['method']
  if (method !== 'plain' && method !== 'S256') throw new DamagedItem('challenge')
  return { value: text(challenge, 'value'), method }
}

function seconds(item: Item, name: string): EpochSeconds {
  return integer(item, name) as EpochSeconds
}

function integer(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new DamagedItem(name)
  return value
}

function text(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string' || value === '') throw new DamagedItem(name)
  return value
}

function optionalText(item: Item, name: string): string | undefined {
  return item[name] === undefined ? undefined : text(item, name)
}

function optionalMap(item: Item, name: string): Item | undefined {
  const value = item[name]
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) throw new DamagedItem(name)
  return value as Item
}

function digest(item: Item, name: string): TokenDigest {
  return text(item, name) as TokenDigest
}

function texts(item: Item, name: string): readonly string[] {
  const value = item[name]
  if (!Array.isArray(value) || !value.every((element) => typeof element === 'string'))
    throw new DamagedItem(name)
  return value
}
