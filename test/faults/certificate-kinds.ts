import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { BASIC } from '../support/walk.ts'
import type { Kinds } from './kind.ts'
import type { World } from './world.ts'

/** A token of a client that is bound to a certificate of its own. */
async function boundToken({ walk }: World) {
  const client = await walk.addClient(BASIC)
  const thumbprint = randomBytes(32).toString('base64url')
  const created = await walk.call('/auth/token/create', {
    ...{ grantType: 'CLIENT_CREDENTIALS', clientId: client.number, certificateThumbprint: thumbprint },
  })
  const isActive = async () => (await walk.standard(String(created.json['accessToken'])))['active']
  expect(await isActive()).toBe(true)
  const change = (operation: 'revoke' | 'release') =>
    walk.call(`/certificate/${operation}`, {
      thumbprint,
      ...(operation === 'revoke' && { reason: 'certificateHold' }),
    })
  return { change, isActive }
}

/** Calls about certificates by the management API. */
export const certificateKinds = {
  'the revocation of a certificate': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const { change, isActive } = await boundToken(world)
      return {
        ask: () => change('revoke'),
        holds: async () => {
          expect(await isActive()).toBe(false)
        },
        take: async () => {
          expect((await change('release')).status).toBe(200)
          return async () => {
            expect(await isActive()).toBe(true)
          }
        },
      }
    },
  },
  'the release of a certificate': {
    answer: '200',
    way: 'send it again',
    prepare: async (world) => {
      const { change, isActive } = await boundToken(world)
      expect((await change('revoke')).status).toBe(200)
      return {
        ask: () => change('release'),
        repeated: '400 A032294',
        holds: async () => {
          expect(await isActive()).toBe(true)
        },
        take: async () => {
          expect((await change('revoke')).status).toBe(200)
          return async () => {
            expect(await isActive()).toBe(false)
          }
        },
      }
    },
  },
} as const satisfies Kinds
