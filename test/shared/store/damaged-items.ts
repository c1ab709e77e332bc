import { describe, expect, test } from 'vitest'
import { DamagedItem } from '../../../shared/store/listing.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Item } from '../../support/raw-tables.ts'
import { STAGES } from './grant-steps.ts'
import { CLIENT, sampleClientTokens, sampleGrant, SERVICE } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

const WRONG = {
  text: [null, '', 7, true, ['text'], { text: 'text' }, new Set(['text'])],
  seconds: [null, '1795502400', 1795502400.5, 2n ** 60n, true, [START], { seconds: START }],
  texts: [null, 'text', 7, true, { 0: 'text' }, ['text', 7], [null], new Set(['text'])],
  flag: [null, 'true', 'false', 0, 1, [true], { flag: true }],
  map: [null, '', 'text', 0, 7, false, true, [], ['text'], {}],
} as const

type Kind = keyof typeof WRONG

/** Attributes without which there is no such grant. */
const NEEDED: Readonly<Record<keyof typeof STAGES, Readonly<Record<string, Kind>>>> = {
  PUSHED: {
    ...{ stage: 'text', client: 'seconds' },
    ...{ pushedDigest: 'text', pushedAt: 'seconds', pushedExpiresAt: 'seconds' },
  },
  STARTED: { pushedAt: 'seconds', pushedExpiresAt: 'seconds', ticketDigest: 'text' },
  TICKET: {
    stage: 'text',
    client: 'seconds',
    scopes: 'texts',
    ticketDigest: 'text',
    ticketIssuedAt: 'seconds',
    ticketExpiresAt: 'seconds',
    redirectUri: 'text',
    redirectUriRequested: 'flag',
  },
  CODE: {
    stage: 'text',
    client: 'seconds',
    scopes: 'texts',
    subject: 'text',
    codeDigest: 'text',
    codeIssuedAt: 'seconds',
    codeExpiresAt: 'seconds',
  },
  TOKENS: {
    stage: 'text',
    client: 'seconds',
    scopes: 'texts',
    grantType: 'text',
    accessDigest: 'text',
    accessIssuedAt: 'seconds',
    accessExpiresAt: 'seconds',
    accessScopes: 'texts',
    accessResources: 'texts',
  },
  REFRESHED: {
    codeIssuedAt: 'seconds',
    codeExpiresAt: 'seconds',
    refreshIssuedAt: 'seconds',
    refreshExpiresAt: 'seconds',
    familyDigest: 'text',
  },
}

/** Attributes that a grant may lack. If they are present, they must have their type. */
const OPTIONAL: typeof NEEDED = {
  PUSHED: { clientIdAlias: 'text' },
  STARTED: { pushedDigest: 'text' },
  TICKET: { clientIdAlias: 'text', resources: 'texts', state: 'text', challenge: 'map' },
  CODE: {
    clientIdAlias: 'text',
    resources: 'texts',
    redirectUri: 'text',
    challenge: 'map',
    acr: 'text',
    authTime: 'seconds',
  },
  TOKENS: {
    clientIdAlias: 'text',
    acr: 'text',
    authTime: 'seconds',
    codeDigest: 'text',
    refreshDigest: 'text',
  },
  REFRESHED: { replaced: 'map' },
}

const STAGE_NAMES = ['PUSHED', 'STARTED', 'TICKET', 'CODE', 'TOKENS', 'REFRESHED'] as const

export async function damagedItems(engine: Engine) {
  const written = new Map<keyof typeof STAGES, { sample: ReturnType<typeof sampleGrant>; item: Item }>()
  const tested = await storeUnderTest(engine)
  for (const stage of STAGE_NAMES) {
    const sample = sampleGrant()
    await STAGES[stage](tested.runtime.store.grants, sample)
    written.set(stage, { sample, item: (await grantItem(tested, sample.key)) ?? {} })
  }

  /** Reads a grant after a change of its item. */
  async function read(stage: keyof typeof STAGES, tamper: (item: Item) => Item): Promise<unknown> {
    const { sample, item } = written.get(stage) ?? { sample: sampleGrant(), item: {} }
    await tested.raw.grants.put(tamper(item))
    return tested.runtime.store.grants.find(sample.key).catch((error: unknown) => error)
  }

  describe.each(STAGE_NAMES)('%s', (stage) => {
    test.each(Object.entries(NEEDED[stage]))(
      '%s is damage when it is missing or no %s',
      async (name, kind) => {
        const outcomes = [await read(stage, (item) => without(item, name))]
        for (const value of WRONG[kind]) {
          outcomes.push(await read(stage, (item) => ({ ...item, [name]: value })))
        }
        expect(outcomes).toEqual(outcomes.map(() => new DamagedItem(name)))
      },
    )

    test.each(Object.entries(OPTIONAL[stage]))(
      '%s is damage when it is there and no %s',
      async (name, kind) => {
        expect(await read(stage, (item) => without(item, name))).toMatchObject({ grant: { client: CLIENT } })
        for (const value of WRONG[kind]) {
          expect(await read(stage, (item) => ({ ...item, [name]: value }))).toBeInstanceOf(DamagedItem)
        }
      },
    )
  })

  test.each(['value', 'method'])('a challenge is refused without or with a wrong %s', async (name) => {
    const challenge = { value: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', method: 'S256' }
    for (const damaged of [
      without(challenge, name),
      { ...challenge, [name]: 7 },
      { ...challenge, [name]: '' },
    ]) {
      expect(await read('CODE', (item) => ({ ...item, challenge: damaged }))).toBeInstanceOf(DamagedItem)
    }
  })

  test.each(['digest', 'at'])('a replaced token is refused without or with a wrong %s', async (name) => {
    const replaced = { digest: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', at: START }
    for (const damaged of [
      without(replaced, name),
      { ...replaced, [name]: null },
      { ...replaced, [name]: '' },
    ]) {
      expect(await read('REFRESHED', (item) => ({ ...item, replaced: damaged }))).toEqual(
        new DamagedItem(name),
      )
    }
  })

  test.each([
    ['resources of a token that has some', { resources: undefined }],
    ['no resource of a token that has some', { accessResources: undefined }],
    ['a resource that is not of the grant', { accessResources: ['https://c.example.com/'] }],
    ['no resources in a list', { accessResources: [] }],
  ])('a token that would be for another audience is refused: %s', async (_, change) => {
    const damaged = await read('TOKENS', (item) => ({ ...item, ...change }))
    expect(damaged).toEqual(new DamagedItem('accessResources'))
  })

  test('lists that are not stored are read as empty', async () => {
    for (const stage of STAGE_NAMES.filter((name) => name !== 'PUSHED')) {
      const old = await read(stage, (item) => without(without(item, 'resources'), 'accessResources'))
      expect(old).toMatchObject({ grant: { terms: { resources: [] } } })
    }
    const tokens = await read('TOKENS', (item) => without(without(item, 'resources'), 'accessResources'))
    expect(tokens).toMatchObject({ grant: { accessResources: [] } })
  })

  test('an unknown stage and an unknown grant type are refused', async () => {
    expect(await read('CODE', (item) => ({ ...item, stage: 'DONE' }))).toEqual(new DamagedItem('stage'))
    const grantType = 'PASSWORD'
    expect(await read('TOKENS', (item) => ({ ...item, grantType }))).toEqual(new DamagedItem('grantType'))
  })

  test('a grant of another client is refused', async () => {
    const outcome = await read('TOKENS', (item) => ({ ...item, client: CLIENT + 1 }))
    expect(outcome).toEqual(new DamagedItem('client'))
  })

  test.each([undefined, null, '', 'None', 7, false, [], {}, { jkt: 'x' }, { 'x5t#S256': 'short' }])(
    'the binding %j is handed on as it is',
    async (binding) => {
      const damaged = await read('TOKENS', ({ binding: _, ...item }) => ({
        ...item,
        ...(binding === undefined ? {} : { binding }),
      }))
      expect((damaged as { grant: { binding?: unknown } }).grant.binding).toEqual(binding)
    },
  )

  test.each([
    ['locked', 'flag'],
    ['notBefore', 'seconds'],
  ] as const)('a state is refused when %s is missing or no %s', async (name, kind) => {
    const tokens = sampleClientTokens()
    await tested.runtime.store.grants.createWithoutProof(tokens)
    const id = `${SERVICE}.${CLIENT}`
    const state = { id, locked: false, notBefore: START }
    const caller = { ...state, id: `${id}1` }
    await tested.raw.grants.put(caller)
    for (const damaged of [
      without(state, name),
      ...WRONG[kind].map((value) => ({ ...state, [name]: value })),
    ]) {
      await tested.raw.grants.put(damaged)
      const asked = await tested.runtime.store.grants.find(tokens).catch((error: unknown) => error)
      expect(asked).toEqual(new DamagedItem(name))
      const asking = await tested.runtime.store.grants
        .find({ ...tokens, client: Number(`${CLIENT}1`) }, CLIENT)
        .catch((error: unknown) => error)
      expect(asking).toEqual(new DamagedItem(name))
    }
    await tested.raw.grants.remove({ id })
  })
}

function without(item: Item, name: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([other]) => other !== name))
}
