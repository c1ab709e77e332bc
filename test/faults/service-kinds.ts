import { expect } from 'vitest'
import { outcome, tokensOf } from '../support/answers.ts'
import { bearer, ORGANIZATION } from '../support/management.ts'
import { keySet, newSigningKey } from '../support/signing-keys.ts'
import { BASIC, openWalk, UNBOUND, type Walk } from '../support/walk.ts'
import type { Kinds } from './kind.ts'
import type { World } from './world.ts'

const SETTINGS = { issuer: 'https://as.example.com', supportedGrantTypes: ['CLIENT_CREDENTIALS'] }
const key = newSigningKey('1', 'ES256')
const next = newSigningKey('2', 'ES256')

const asOwner = (walk: Walk, method: string, path: string, body?: unknown) =>
  walk.api(method, `/api${path}`, body, bearer(ORGANIZATION))

/** A service of its own, which gets its requests where the one of the world does. */
const ownService = ({ walk, healthy }: World, settings: Parameters<typeof openWalk>[1] = {}) =>
  openWalk(healthy, { ...UNBOUND, ...settings }, walk.send)

/** Keys that sign are published, and each has its private half: a JWT can be issued. */
async function expectSigning(walk: Walk, keys: readonly object[]): Promise<void> {
  const { json } = await walk.v3('GET', '/service/get')
  expect(JSON.parse(String(json['jwks']))).toMatchObject({ keys: keys.map((jwk) => ({ ...jwk })) })
  const client = await walk.addClient(BASIC)
  expect(tokensOf(await walk.credentials(client)).access.split('.')).toHaveLength(3)
}

/** Calls about services by the management API. */
export const serviceKinds = {
  'the creation of a service': {
    answer: '200',
    way: 'send it again',
    prepare: ({ walk }) =>
      Promise.resolve({
        ask: () => asOwner(walk, 'POST', '/service/create', { ...SETTINGS, ...keySet(key.own) }),
        holds: async (done) => {
          for (const { json } of done) {
            const [id, secret] = [String(json['apiKey']), String(json['apiSecret'])]
            const got = await walk.api('GET', `/api/${id}/service/get`, undefined, bearer(secret))
            expect(got.json['issuer']).toBe(SETTINGS.issuer)
          }
          // One that the caller has not heard of is in the list, and the owner can delete it.
          const { services } = (await asOwner(walk, 'GET', '/service/get/list?end=100')).json
          for (const { apiKey } of services as { apiKey: number }[]) {
            if (apiKey === walk.number) continue
            const path = `/service/delete/${String(apiKey)}`
            expect((await asOwner(walk, 'DELETE', path)).status).toBe(204)
          }
        },
      }),
  },
  'a new credential of a service': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const walk = await ownService(world)
      const kept = (await walk.v3('GET', '/service/get')).json['credentials'] as { id: string }[]
      return {
        ask: () => walk.call('/service/update', { credentials: [...kept, { role: 'runtime' }] }),
        holds: async (done) => {
          for (const { json } of done) {
            const credentials = json['credentials'] as { secret?: string }[]
            expect(credentials).toHaveLength(kept.length + 1)
            const [secret] = credentials.flatMap((credential) => credential.secret ?? [])
            const { status } = await walk.call(
              '/auth/introspection',
              { token: 'any' },
              { secret: secret ?? '' },
            )
            expect(status).toBe(200)
          }
        },
      }
    },
  },
  'the publication of a key': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const walk = await ownService(world, {
        accessTokenSignAlg: 'ES256',
        accessTokenSignatureKeyId: '1',
        jwks: [{ ...key.open, kty: 'EC' }],
      })
      await world.healthy.store.registry.putSigningKey(walk.number, key.own)
      return {
        ask: () => walk.call('/service/update', keySet(key.open, next.own)),
        holds: () => expectSigning(walk, [key.open, next.open]),
      }
    },
  },
  'the removal of a key': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const walk = await ownService(world, {
        accessTokenSignAlg: 'ES256',
        accessTokenSignatureKeyId: '2',
        jwks: [key, next].map(({ open }) => ({ ...open, kty: 'EC' })),
      })
      await world.healthy.store.registry.putSigningKey(walk.number, next.own)
      return {
        ask: () => walk.call('/service/update', keySet(next.open)),
        holds: () => expectSigning(walk, [next.open]),
      }
    },
  },
  'the deletion of a service': {
    answer: '204',
    way: 'send it again',
    prepare: async (world) => {
      const walk = await ownService(world)
      const client = await walk.addClient(BASIC, { clientIdAlias: 'named' })
      const { access } = tokensOf(await walk.credentials(client))
      return {
        ask: () => asOwner(world.walk, 'DELETE', `/service/delete/${walk.serviceId}`),
        holds: async () => {
          expect(outcome(await walk.introspect(access))).toMatch(/^401/)
          expect(await world.healthy.store.registry.hasClients(walk.number)).toBe(false)
          expect(await world.healthy.store.grants.findState(walk.number, client.number)).toBeUndefined()
          expect(await world.healthy.store.registry.findSigningKey(walk.number, '1')).toBeUndefined()
        },
      }
    },
  },
} as const satisfies Kinds
