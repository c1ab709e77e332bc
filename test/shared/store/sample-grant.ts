import { randomBytes } from 'node:crypto'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import type { Code, Pushed, RefreshMembers, Ticket, Tokens } from '../../../shared/store/grant.ts'
import { OneTimeProof } from '../../../shared/store/one-time-proof.ts'
import type { TokenDigest } from '../../../shared/store/digest.ts'
import { START } from '../../support/fixed-runtime.ts'

export const SERVICE = 21653835348762
export const CLIENT = 12898884596863
/** The proof of a request that brings none. */
export const NO_PROOF = new OneTimeProof()

/** One grant in each of its stages, with everything that a stage can have, as large as an ordinary one gets. */
export function sampleGrant(grantId = randomBytes(16).toString('base64url')) {
  const key = { service: SERVICE, client: CLIENT, grantId }
  const scopes = ['accounts:read', 'payments:write']
  const resources = ['https://a.example.com/', 'https://b.example.com/']
  const members = { ...key, clientIdAlias: 'my-client' }
  const redirectUri = 'https://client.example.org/cb/example.com'
  const challenge = { value: randomDigest(), method: 'S256' } as const
  const subject = 'john.doe.with.a.long.name@example.com'
  const authentication = { acr: 'phr', authTime: START }
  const properties = [{ key: 'tier', value: 'gold', hidden: true }]
  const terms = { scopes, resources, subject, ...authentication, properties }
  const ticket: Ticket = {
    ...members,
    stage: 'TICKET',
    terms: { scopes, resources, properties: [] },
    ticketDigest: randomDigest(),
    ticketIssuedAt: START,
    ticketExpiresAt: addSeconds(START, 86400),
    redirectUri,
    redirectUriRequested: true,
    state: 'af0ifjsldkj',
    responseMode: 'form_post',
    context: 'session 42',
    challenge,
  }
  const pushed: Pushed = {
    ...members,
    stage: 'PUSHED',
    pushed: {
      pushedDigest: randomDigest(),
      pushedAt: START,
      pushedExpiresAt: addSeconds(START, 300),
      pushedRequest: '{"kind":"PARAMETERS","responseType":"code","scope":"accounts:read","resources":[]}',
    },
  }
  const started: Ticket & Pick<Pushed, 'pushed'> = { ...ticket, pushed: pushed.pushed }
  const code: Code = {
    ...members,
    stage: 'CODE',
    terms,
    code: {
      codeDigest: randomDigest(),
      codeIssuedAt: addSeconds(START, 1),
      codeExpiresAt: addSeconds(START, 61),
      redirectUri,
      challenge,
    },
  }
  const refresh: RefreshMembers = {
    refreshDigest: randomDigest(),
    refreshIssuedAt: addSeconds(START, 2),
    refreshExpiresAt: addSeconds(START, 864002),
    familyDigest: randomDigest(),
  }
  const tokens = {
    ...members,
    stage: 'TOKENS',
    terms,
    grantType: 'AUTHORIZATION_CODE',
    createdAt: addSeconds(START, 2),
    binding: { 'x5t#S256': randomDigest() },
    accessDigest: randomDigest(),
    accessIssuedAt: addSeconds(START, 2),
    accessExpiresAt: addSeconds(START, 86402),
    accessScopes: ['accounts:read'],
    accessResources: ['https://a.example.com/'],
    code: code.code,
    refresh,
  } as const satisfies Tokens
  const refreshed = {
    ...tokens,
    accessDigest: randomDigest(),
    accessIssuedAt: addSeconds(START, 3),
    accessExpiresAt: addSeconds(START, 86403),
    refresh: {
      ...refresh,
      refreshDigest: randomDigest(),
      refreshIssuedAt: addSeconds(START, 3),
      refreshExpiresAt: addSeconds(START, 864003),
      replaced: {
        digest: refresh.refreshDigest,
        at: addSeconds(START, 3),
        nonce: randomDigest(),
        issuedAt: refresh.refreshIssuedAt,
        end: refresh.refreshExpiresAt,
      },
    },
  } as const satisfies Tokens
  return { key, pushed, started, ticket, code, tokens, refreshed }
}

/** Tokens of a client for itself: the smallest grant. */
export function sampleClientTokens(): Tokens {
  return {
    service: SERVICE,
    client: CLIENT,
    grantId: randomBytes(16).toString('base64url'),
    stage: 'TOKENS',
    terms: { scopes: [], resources: [], properties: [] },
    grantType: 'CLIENT_CREDENTIALS',
    createdAt: START,
    binding: 'none',
    accessDigest: randomDigest(),
    accessIssuedAt: START,
    accessExpiresAt: addSeconds(START, 86400),
    accessScopes: [],
    accessResources: [],
  }
}

export function randomDigest(): TokenDigest {
  return randomBytes(32).toString('base64url') as TokenDigest
}
