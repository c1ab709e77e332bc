import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import type { Grant, Tokens } from '../../../shared/store/grant.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Item } from '../../support/raw-tables.ts'
import { BASIC, openWalk, UNBOUND } from '../../support/walk.ts'
import { STAGES } from './grant-steps.ts'
import { CLIENT, sampleClientTokens, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

type Sample = ReturnType<typeof sampleGrant>

const ALWAYS = {
  client: CLIENT,
  clientIdAlias: 'my-client',
  attempt: expect.stringMatching(/^[\w-]{16}$/) as string,
}

function ticketItem({ key, ticket }: Sample): Item {
  return {
    id: `${SERVICE}.${CLIENT}.${key.grantId}`,
    ...ALWAYS,
    stage: 'TICKET',
    scopes: ['accounts:read', 'payments:write'],
    resources: ['https://a.example.com/', 'https://b.example.com/'],
    ticketDigest: ticket.ticketDigest,
    ticketIssuedAt: START,
    ticketExpiresAt: START + 86400,
    redirectUri: 'https://client.example.org/cb/example.com',
    redirectUriRequested: true,
    state: 'af0ifjsldkj',
    responseMode: 'form_post',
    context: 'session 42',
    challenge: { method: 'S256', value: ticket.challenge?.value },
    ttl: START + 86400 + 3600,
  }
}

function pushedItem({ key, pushed: { pushed } }: Sample): Item {
  return {
    id: `${SERVICE}.${CLIENT}.${key.grantId}`,
    ...ALWAYS,
    stage: 'PUSHED',
    ...pushed,
    ttl: START + 300 + 3600,
  }
}

function codeItem({ key, code }: Sample): Item {
  return {
    id: `${SERVICE}.${CLIENT}.${key.grantId}`,
    ...ALWAYS,
    stage: 'CODE',
    scopes: ['accounts:read', 'payments:write'],
    resources: ['https://a.example.com/', 'https://b.example.com/'],
    subject: 'john.doe.with.a.long.name@example.com',
    acr: 'phr',
    authTime: START,
    properties: [{ key: 'tier', value: 'gold', hidden: true }],
    codeDigest: code.code.codeDigest,
    codeIssuedAt: START + 1,
    codeExpiresAt: START + 61,
    redirectUri: 'https://client.example.org/cb/example.com',
    challenge: { method: 'S256', value: code.code.challenge?.value },
    ttl: START + 61 + 3600,
  }
}

function tokensItem(sample: Sample, { accessDigest, binding }: Tokens): Item {
  const { refresh } = sample.tokens
  const { subject: _, ...code } = codeItem(sample)
  return {
    ...code,
    stage: 'TOKENS',
    grantType: 'AUTHORIZATION_CODE',
    holder: `${SERVICE}.${CLIENT}#13`,
    held: '=john.doe.with.a.long.name@example.com',
    createdAt: START + 2,
    binding,
    accessDigest,
    accessIssuedAt: START + 2,
    accessExpiresAt: START + 86402,
    accessScopes: ['accounts:read'],
    accessResources: ['https://a.example.com/'],
    refreshDigest: refresh.refreshDigest,
    refreshIssuedAt: START + 2,
    refreshExpiresAt: START + 864002,
    familyDigest: refresh.familyDigest,
    ttl: START + 864002 + 3600,
  }
}

function refreshedItem(sample: Sample): Item {
  const { refresh, accessDigest } = sample.refreshed
  return {
    ...tokensItem(sample, sample.refreshed),
    accessDigest,
    accessIssuedAt: START + 3,
    accessExpiresAt: START + 86403,
    refreshDigest: refresh.refreshDigest,
    refreshIssuedAt: START + 3,
    refreshExpiresAt: START + 864003,
    replaced: { ...refresh.replaced, digest: sample.tokens.refresh.refreshDigest },
    ttl: START + 864003 + 3600,
  }
}

const ITEMS = {
  PUSHED: pushedItem,
  STARTED: (sample: Sample) => ({ ...ticketItem(sample), ...sample.pushed.pushed }),
  TICKET: ticketItem,
  CODE: codeItem,
  TOKENS: (sample: Sample) => tokensItem(sample, sample.tokens),
  REFRESHED: refreshedItem,
}

const GRANTS: Readonly<Record<keyof typeof STAGES, (sample: Sample) => Grant>> = {
  PUSHED: ({ pushed }) => pushed,
  STARTED: ({ started }) => started,
  TICKET: ({ ticket }) => ticket,
  CODE: ({ code }) => code,
  TOKENS: ({ tokens }) => tokens,
  REFRESHED: ({ refreshed }) => refreshed,
}

export async function grantTransitions(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const grants = tested.runtime.store.grants

  describe.each(['PUSHED', 'STARTED', 'TICKET', 'CODE', 'TOKENS', 'REFRESHED'] as const)('%s', (stage) => {
    test('a grant is stored with these attributes and no others', async () => {
      const sample = sampleGrant()
      await STAGES[stage](grants, sample)
      expect(await grantItem(tested, sample.key)).toEqual(ITEMS[stage](sample))
    })

    test('a grant reads back as it was written', async () => {
      const sample = sampleGrant()
      await STAGES[stage](grants, sample)
      expect((await grants.find(sample.key)).grant).toEqual(GRANTS[stage](sample))
    })

    test('a grant stays under 1 KB without what the caller adds and the client asks for', async () => {
      const sample = sampleGrant()
      await STAGES[stage](grants, sample)
      const added = { properties: undefined, acr: undefined, authTime: undefined }
      const asked = { resources: undefined, accessResources: undefined }
      const item = { ...(await grantItem(tested, sample.key)), ...added, ...asked }
      expect(sizeOf(JSON.parse(JSON.stringify(item)))).toBeLessThan(1024)
    })
  })

  test('nothing that was given out is in the tables', async () => {
    const walk = await openWalk(tested.runtime, {
      ...UNBOUND,
      refreshTokenIdempotent: true,
    })
    const client = await walk.addClient(BASIC)
    const stored = async () =>
      JSON.stringify([await tested.raw.registry.scan(), await tested.raw.grants.scan()])
    const ticket = String((await walk.authorize(client)).json['ticket'])
    const states = [await stored()]
    const code = String((await walk.issue(ticket)).json['authorizationCode'])
    states.push(await stored())
    const first = tokensOf(await walk.redeem(client, code))
    states.push(await stored())
    await walk.setService({ accessTokenSignAlg: 'ES256' })
    const second = tokensOf(await walk.refresh(client, first.refresh))
    states.push(await stored())
    const secrets = [...Object.values(first), ...Object.values(second), ...Object.values(walk.secrets)]
    const found = [ticket, code, client.secret, ...secrets].filter((secret) =>
      states.some((state) => state.includes(secret)),
    )
    expect(found).toEqual([])
    const jti = JSON.parse(Buffer.from(second.access.split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string
    }
    expect(states.at(-1)).not.toContain(jti.jti)
  })

  test('tokens of a client itself are stored in one write, with these attributes and no others', async () => {
    const tokens = sampleClientTokens()
    tested.proxy.passed.length = 0
    await grants.createWithoutProof(tokens)
    expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(['PutItem'])
    expect(await grantItem(tested, tokens)).toEqual({
      id: `${SERVICE}.${CLIENT}.${tokens.grantId}`,
      attempt: ALWAYS.attempt,
      stage: 'TOKENS',
      client: CLIENT,
      scopes: [],
      grantType: 'CLIENT_CREDENTIALS',
      holder: `${SERVICE}.${CLIENT}#${hash('sha256', tokens.grantId, 'buffer').readUInt8() % 16}`,
      held: '-',
      createdAt: START,
      binding: 'none',
      accessDigest: tokens.accessDigest,
      accessIssuedAt: START,
      accessExpiresAt: START + 86400,
      accessScopes: [],
      ttl: START + 86400 + 3600,
    })
    expect((await grants.find(tokens)).grant).toEqual(tokens)
  })

  test('an item stays as long as the later of access and refresh token', async () => {
    const sample = sampleGrant()
    await STAGES.CODE(grants, sample)
    const refresh = { ...sample.tokens.refresh, refreshExpiresAt: addSeconds(START, 60) }
    await grants.redeem(sample.code, { ...sample.tokens, refresh }, NO_PROOF)
    expect(await grantItem(tested, sample.key)).toMatchObject({ ttl: START + 86402 + 3600 })
  })

  test('a refresh without a refresh token leaves none of the one before', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(grants, sample)
    const { refresh, ...withoutRefresh } = sample.refreshed
    await grants.refresh(sample.tokens, withoutRefresh, NO_PROOF)
    expect((await grants.find(sample.key)).grant).toEqual(withoutRefresh)
    expect(JSON.stringify(await grantItem(tested, sample.key))).not.toContain(refresh.familyDigest)
  })

  test('the end of a grant leaves nothing', async () => {
    const sample = sampleGrant()
    await STAGES.REFRESHED(grants, sample)
    await grants.end(sample.tokens, NO_PROOF)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
    expect((await grants.find(sample.key)).grant).toBeUndefined()

    const tokens = sampleClientTokens()
    await grants.createWithoutProof(tokens)
    await grants.end(tokens, NO_PROOF)
    expect(await grantItem(tested, tokens)).toBeUndefined()
  })
}

/**
 * As DynamoDB counts: names and texts in UTF-8, a number half a byte a digit and one more, 3 for a list or map and 1 for each
 * member.
 */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (typeof value !== 'object' || value === null) return 1
  const members = Object.entries(value)
  const names = Array.isArray(value) ? 0 : members.reduce((sum, [name]) => sum + sizeOf(name), 0)
  return members.reduce((sum, [, member]) => sum + sizeOf(member) + 1, names + 3)
}
