import {
  digest,
  integer,
  optionalMap,
  optionalText,
  optionalTexts,
  seconds,
  text,
  texts,
} from './attributes.ts'
import type {
  Authentication,
  ClientState,
  CodeChallenge,
  CodeMembers,
  Grant,
  GrantKey,
  Property,
  RefreshMembers,
  Ticket,
  Tokens,
} from './grant.ts'
import { DamagedItem, listing, subjectHeld } from './listing.ts'
import type { Item } from './table.ts'

/** The flat attributes of a grant, `undefined` where it has none, so that an update removes what a stage leaves behind. */
export function grantAttributes(grant: Grant): Item {
  const tokens = grant.stage === 'TOKENS' ? grant : undefined
  const code = grant.stage === 'TICKET' ? grant : grant.code
  return {
    stage: grant.stage,
    client: grant.client,
    clientIdAlias: grant.clientIdAlias,
    scopes: grant.scopes,
    resources: unlessEmpty(grant.resources),
    subject: grant.stage === 'CODE' ? grant.subject : undefined,
    properties: grant.stage === 'TICKET' || grant.properties.length === 0 ? undefined : grant.properties,
    jwtAtClaims: grant.stage === 'TICKET' ? undefined : grant.jwtAtClaims,
    acr: grant.stage === 'TICKET' ? undefined : grant.acr,
    authTime: grant.stage === 'TICKET' ? undefined : grant.authTime,
    accessTokenDuration: grant.stage === 'CODE' ? grant.accessTokenDuration : undefined,
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
  responseMode: undefined,
  context: undefined,
}

function ticketAttributes(ticket: Ticket): Item {
  const { ticketDigest, ticketIssuedAt, ticketExpiresAt, redirectUriAsked, state, responseMode, context } =
    ticket
  return { ticketDigest, ticketIssuedAt, ticketExpiresAt, redirectUriAsked, state, responseMode, context }
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
    ...listing(tokens),
    grantType,
    createdAt: tokens.createdAt,
    binding,
    accessDigest,
    accessIssuedAt,
    accessExpiresAt,
    accessScopes,
    accessResources: unlessEmpty(tokens.accessResources),
    refreshDigest: refresh?.refreshDigest,
    refreshIssuedAt: refresh?.refreshIssuedAt,
    refreshExpiresAt: refresh?.refreshExpiresAt,
    familyDigest: refresh?.familyDigest,
    replaced: refresh?.replaced,
  }
}

/** @throws DamagedItem when a member is missing, of another type, or another client's */
export function readGrant(item: Item, key: GrantKey): Grant {
  const { service, client, grantId } = key
  if (integer(item, 'client') !== client) throw new DamagedItem('client')
  const members = {
    ...{ service, client, grantId },
    clientIdAlias: optionalText(item, 'clientIdAlias'),
    scopes: texts(item, 'scopes'),
    resources: optionalTexts(item, 'resources'),
  }
  if (item['stage'] === 'TICKET') return { ...members, stage: 'TICKET', ...readTicket(item) }
  if (item['stage'] === 'CODE') {
    return {
      ...members,
      stage: 'CODE',
      code: readCode(item),
      subject: text(item, 'subject'),
      properties: readProperties(item),
      jwtAtClaims: optionalText(item, 'jwtAtClaims'),
      ...readAuthentication(item),
      accessTokenDuration:
        item['accessTokenDuration'] === undefined ? undefined : integer(item, 'accessTokenDuration'),
    }
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
    responseMode: readResponseMode(item),
    context: optionalText(item, 'context'),
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
    subject: subjectHeld(item['held'], grantType),
    properties: readProperties(item),
    jwtAtClaims: optionalText(item, 'jwtAtClaims'),
    ...readAuthentication(item),
    createdAt: seconds(item, 'createdAt'),
    binding: item['binding'],
    accessDigest: digest(item, 'accessDigest'),
    accessIssuedAt: seconds(item, 'accessIssuedAt'),
    accessExpiresAt: seconds(item, 'accessExpiresAt'),
    accessScopes: texts(item, 'accessScopes'),
    accessResources: readAccessResources(item),
    code: item['codeDigest'] === undefined ? undefined : readCode(item),
    refresh: item['refreshDigest'] === undefined ? undefined : readRefresh(item),
  } as const
}

function readAuthentication(item: Item): Authentication {
  const authTime = item['authTime'] === undefined ? undefined : seconds(item, 'authTime')
  return { acr: optionalText(item, 'acr'), authTime }
}

/** A token that was meant for some of the resources must not pass for one of the service's default. */
function readAccessResources(item: Item): readonly string[] {
  const granted = optionalTexts(item, 'resources')
  const resources = optionalTexts(item, 'accessResources')
  const isPart = resources.every((resource) => granted.includes(resource))
  if (!isPart || (resources.length === 0 && granted.length > 0)) throw new DamagedItem('accessResources')
  return resources
}

function readResponseMode(item: Item): Ticket['responseMode'] {
  const mode = item['responseMode']
  if (mode !== 'query' && mode !== 'form_post') throw new DamagedItem('responseMode')
  return mode
}

function readProperties(item: Item): readonly Property[] {
  const properties = item['properties'] ?? []
  if (!Array.isArray(properties)) throw new DamagedItem('properties')
  return properties.map((property: Item) => {
    if (typeof property['hidden'] !== 'boolean' || typeof property['value'] !== 'string') {
      throw new DamagedItem('properties')
    }
    return { key: text(property, 'key'), value: property['value'], hidden: property['hidden'] }
  })
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

function unlessEmpty(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values
}
