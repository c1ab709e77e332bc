import { expect } from 'vitest'
import { outcome, tokensOf } from '../support/answers.ts'
import { asserted, PRIVATE_KEY_JWT } from '../support/client-assertion.ts'
import type { Received } from '../support/gateway.ts'
import { newProofKey } from '../support/proof-keys.ts'
import { BASIC, EVERY_METHOD, OTHER, OWN, type TestClient, TLS, type Walk } from '../support/walk.ts'
import type { Kinds } from './kind.ts'

const GONE = /^UNAUTHORIZED A0573/
const LIVES = 'OK A056001'

export async function expectLiving(walk: Walk, access: string): Promise<void> {
  expect(outcome(await walk.introspect(access))).toBe(LIVES)
}

export async function expectGone(walk: Walk, access: string): Promise<void> {
  expect(outcome(await walk.introspect(access))).toMatch(GONE)
}

const accessOf = (done: readonly Received[]) => done.map((answer) => tokensOf(answer).access)

/** The token of the last answer lives, until it is revoked for good. */
const tokenEnds = (walk: Walk, client: TestClient) => ({
  holds: async (done: readonly Received[]) => {
    for (const access of accessOf(done).slice(-1)) await expectLiving(walk, access)
  },
  take: async (done: readonly Received[]) => {
    const access = accessOf(done)
    for (const token of access) await walk.call('/auth/revocation', revocation(client, token))
    return async () => {
      for (const token of access) await expectGone(walk, token)
    }
  },
})

const revocation = ({ id, secret }: TestClient, token: string) => ({
  parameters: `token=${token}`,
  clientId: id,
  clientSecret: secret,
})

/** A new login of the same user. */
const newGrant = (walk: Walk, client: TestClient) => async () => {
  await expectLiving(walk, (await walk.granted(client)).access)
}

/** Requests of clients at the token endpoint, and the revocation. */
export const tokenKinds = {
  'client credentials': {
    answer: 'OK A052001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      return { ask: () => walk.credentials(client), ...tokenEnds(walk, client) }
    },
  },
  'client credentials by an assertion': {
    answer: '200',
    way: 'send it again with a new assertion',
    prepare: async ({ walk, healthy }) => {
      await walk.setService(EVERY_METHOD)
      const client = await walk.addClient(PRIVATE_KEY_JWT)
      const newAsk = () => {
        const assertion = asserted(client, healthy.now())
        return () => walk.post('/token', { grant_type: 'client_credentials', ...assertion })
      }
      return {
        ask: newAsk(),
        repeated: '401',
        step: async () => {
          const answer = await newAsk()()
          expect(answer.status).toBe(200)
          await expectLiving(walk, String(answer.json['access_token']))
        },
      }
    },
  },
  'a DPoP proof': {
    answer: 'OK A052001',
    way: 'send it again with a new proof',
    prepare: async ({ walk, healthy }) => {
      const [client, key] = [await walk.addClient(BASIC), newProofKey()]
      const ask = (dpop: string) => walk.token(client, { grant_type: 'client_credentials' }, { dpop })
      const newProof = () => key.proof({ iat: healthy.now() })
      const first = newProof()
      return {
        ask: () => ask(first),
        repeated: 'BAD_REQUEST A244397 invalid_dpop_proof',
        step: async () => expect(outcome(await ask(newProof()))).toBe('OK A052001'),
      }
    },
  },
  'a code': {
    answer: 'OK A050001',
    way: 'start a new authorization',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const code = await walk.code(client)
      return {
        ask: () => walk.redeem(client, code),
        repeated: 'BAD_REQUEST A050305 invalid_grant',
        step: newGrant(walk, client),
        ...tokenEnds(walk, client),
      }
    },
  },
  'a code whose tokens end the older ones of the user': {
    answer: 'OK A050001',
    way: 'start a new authorization',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC, { singleAccessTokenPerSubject: true })
      const older = await walk.granted(client)
      const code = await walk.code(client)
      return {
        ask: () => walk.redeem(client, code),
        repeated: 'BAD_REQUEST A050305 invalid_grant',
        step: async () => {
          await newGrant(walk, client)()
          await expectGone(walk, older.access)
        },
        holds: async (done) => {
          for (const access of accessOf(done)) {
            await expectLiving(walk, access)
            await expectGone(walk, older.access)
          }
        },
      }
    },
  },
  'a code a second time': {
    answer: 'BAD_REQUEST A050305 invalid_grant',
    way: 'ask again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const code = await walk.code(client)
      const { access } = tokensOf(await walk.redeem(client, code))
      return {
        ask: () => walk.redeem(client, code),
        holds: (done) => (done.length === 0 ? Promise.resolve() : expectGone(walk, access)),
      }
    },
  },
  'a refresh token that is kept': {
    answer: 'OK A053001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      await walk.setService({ refreshTokenKept: true, refreshTokenIdempotent: false })
      const client = await walk.addClient(BASIC)
      const { refresh } = await walk.granted(client)
      return { ask: () => walk.refresh(client, refresh), ...tokenEnds(walk, client) }
    },
  },
  'a refresh token that is replaced': {
    answer: 'OK A053001',
    way: 'start a new authorization',
    prepare: async ({ walk }) => {
      await walk.setService({ refreshTokenKept: false, refreshTokenIdempotent: false })
      const client = await walk.addClient(BASIC)
      const { refresh } = await walk.granted(client)
      return {
        ask: () => walk.refresh(client, refresh),
        repeated: 'BAD_REQUEST A053305 invalid_grant',
        step: newGrant(walk, client),
        ...tokenEnds(walk, client),
      }
    },
  },
  'a refresh token that is replaced by the same one again': {
    answer: 'OK A053001',
    way: 'send it again',
    prepare: async ({ walk, pass }) => {
      await walk.setService({ refreshTokenKept: false, refreshTokenIdempotent: true })
      const client = await walk.addClient(BASIC)
      const { refresh } = await walk.granted(client)
      pass(1)
      const { holds, take } = tokenEnds(walk, client)
      return {
        ask: () => walk.refresh(client, refresh),
        holds: async (done) => {
          await holds(done)
          const [next] = done.slice(-1).map((answer) => tokensOf(answer).refresh)
          if (next !== undefined) expect(outcome(await walk.refresh(client, next))).toBe('OK A053001')
        },
        take,
      }
    },
  },
  'a revocation': {
    answer: 'OK A113001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const { access, refresh } = await walk.granted(client)
      return {
        ask: () => walk.call('/auth/revocation', revocation(client, refresh)),
        holds: () => expectGone(walk, access),
      }
    },
  },
} as const satisfies Kinds

/** What must be refused is refused, or the answer is 503. */
export const introspectionKinds = {
  'introspection of a bound token': {
    answer: 'OK A056001',
    way: 'ask again',
    prepare: async ({ walk }) => {
      const { access } = await boundTo(walk)
      return { ask: () => walk.introspect(access, OWN) }
    },
  },
  'introspection of a bound token by another certificate': {
    answer: 'UNAUTHORIZED A065305 invalid_token',
    way: 'ask again',
    prepare: async ({ walk }) => {
      const { access } = await boundTo(walk)
      return { ask: () => walk.introspect(access, OTHER) }
    },
  },
  'introspection of a token of a locked client': {
    answer: 'UNAUTHORIZED A057394 invalid_token',
    way: 'ask again',
    prepare: async ({ walk }) => {
      const { access, client } = await boundTo(walk)
      await walk.setLocked(client, true)
      return { ask: () => walk.introspect(access, OWN) }
    },
  },
  'standard introspection': {
    answer: 'OK A145001',
    way: 'ask again',
    prepare: async ({ walk }) => {
      const { access } = await boundTo(walk)
      return {
        ask: () => walk.call('/auth/introspection/standard', { parameters: `token=${access}` }),
        holds: (done) => {
          for (const { json } of done) expect(json['responseContent']).toContain('"active":true')
          return Promise.resolve()
        },
      }
    },
  },
} as const satisfies Kinds

async function boundTo(walk: Walk) {
  await walk.setService({ tlsClientCertificateBoundAccessTokens: true })
  const client = await walk.addClient(TLS, { tlsClientCertificateBoundAccessTokens: true })
  const { access } = tokensOf(await walk.credentials(client, OWN))
  return { access, client }
}
