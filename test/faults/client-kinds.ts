import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { outcome } from '../support/answers.ts'
import type { Received } from '../support/gateway.ts'
import { BASIC, type TestClient, type Walk } from '../support/walk.ts'
import type { Kinds } from './kind.ts'
import type { World } from './world.ts'

/** After this time nobody can be about to finish with a name (shared/store/registry.ts). */
const LEFT_OVER_SECONDS = 61

const newAlias = () => `name-${randomBytes(6).toString('hex')}`
const create = (walk: Walk, clientIdAlias: string) =>
  walk.v3('POST', '/client/create', { clientIdAlias, clientType: 'CONFIDENTIAL' })
const get = (walk: Walk, id: unknown) => walk.v3('GET', `/client/get/${String(id)}`)
const remove = (walk: Walk, id: unknown) => walk.v3('DELETE', `/client/delete/${String(id)}`)

/** A name that no client has can be given to a new one. */
async function expectFree({ walk, pass }: World, alias: string): Promise<void> {
  pass(LEFT_OVER_SECONDS)
  const created = await create(walk, alias)
  expect(outcome(created)).toBe('200')
  expect((await get(walk, alias)).json['clientId']).toBe(created.json['clientId'])
  expect((await remove(walk, alias)).status).toBe(204)
}

async function works(walk: Walk, client: TestClient, secret = client.secret): Promise<boolean> {
  return outcome(await walk.credentials({ ...client, secret })) === 'OK A052001'
}

/** Calls about clients by the management API. */
export const clientKinds = {
  'the creation of a client': {
    answer: '200',
    way: 'send it again after a minute',
    prepare: (world) => {
      const { walk, pass } = world
      const alias = newAlias()
      const expectWhole = async ({ json }: Received) => {
        expect((await get(walk, alias)).json['clientId']).toBe(json['clientId'])
        expect((await remove(walk, json['clientId'])).status).toBe(204)
        await expectFree(world, alias)
      }
      return Promise.resolve({
        ask: () => create(walk, alias),
        repeated: '400 A123603',
        step: async () => {
          pass(LEFT_OVER_SECONDS)
          const known = await get(walk, alias)
          await expectWhole(known.status === 200 ? known : await create(walk, alias))
        },
        holds: async (done) => {
          for (const answer of done) await expectWhole(answer)
        },
      })
    },
  },
  'a new name for a client': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const { walk, pass } = world
      const [older, newer] = [newAlias(), newAlias()]
      const { clientId } = (await create(walk, older)).json
      const rename = (clientIdAlias: string) =>
        walk.v3('POST', `/client/update/${String(clientId)}`, { clientIdAlias })
      return {
        ask: () => rename(newer),
        holds: async () => {
          expect((await get(walk, newer)).json['clientId']).toBe(clientId)
          expect((await get(walk, older)).status).toBe(404)
          await expectFree(world, older)
        },
        take: async () => {
          pass(LEFT_OVER_SECONDS)
          const other = newAlias()
          await rename(other)
          await expectFree(world, newer)
          return async () => {
            expect((await get(walk, other)).json['clientId']).toBe(clientId)
            expect((await get(walk, newer)).status).toBe(404)
          }
        },
      }
    },
  },
  'a new name for a client whose caller gives up': {
    answer: '200',
    way: 'ask again',
    prepare: async (world) => {
      const { walk } = world
      const [older, newer] = [newAlias(), newAlias()]
      const { clientId } = (await create(walk, older)).json
      let asked = 0
      return {
        /** At the second time only looks, and deletes the client. */
        ask: async () => {
          asked += 1
          const body = { clientIdAlias: newer }
          return asked === 1
            ? walk.v3('POST', `/client/update/${String(clientId)}`, body)
            : get(walk, clientId)
        },
        holds: async () => {
          expect((await remove(walk, clientId)).status).toBe(204)
          await expectFree(world, older)
          await expectFree(world, newer)
        },
      }
    },
  },
  'the deletion of a client by its name': {
    answer: '204',
    way: 'send it again',
    prepare: async (world) => {
      const { walk } = world
      const clientIdAlias = newAlias()
      const client = await walk.addClient(BASIC, { clientIdAlias })
      return {
        ask: () => remove(walk, clientIdAlias),
        repeated: '404 A001218',
        holds: async () => {
          expect(await works(walk, client)).toBe(false)
          expect((await get(walk, client.id)).status).toBe(404)
          await expectFree(world, clientIdAlias)
        },
      }
    },
  },
} as const satisfies Kinds
