import { expect } from 'vitest'
import { outcome, tokensOf } from '../support/answers.ts'
import { BASIC, type Walk } from '../support/walk.ts'
import type { Kinds } from './kind.ts'

async function expectLiving(walk: Walk, access: string): Promise<void> {
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
}

async function expectGone(walk: Walk, access: string): Promise<void> {
  expect(outcome(await walk.introspect(access))).toMatch(/^UNAUTHORIZED A0573/)
}

/** Requests about grants that the model does not know. */
export const grantKinds = {
  'the context of a ticket': {
    answer: 'OK A041091',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const { ticket } = (await walk.authorize(client)).json
      const update = (context: string) =>
        walk.call('/auth/authorization/ticket/update', { ticket, info: { context } })
      const context = async () => {
        const { json } = await walk.call('/auth/authorization/ticket/info', { ticket })
        return (json['info'] as { context: string }).context
      }
      return {
        ask: () => update('first'),
        holds: async () => expect(await context()).toBe('first'),
        take: async () => {
          await update('second')
          return async () => expect(await context()).toBe('second')
        },
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
          await expectLiving(walk, (await walk.granted(client)).access)
          await expectGone(walk, older.access)
        },
        holds: async (done) => {
          for (const access of done.map((answer) => tokensOf(answer).access)) {
            await expectLiving(walk, access)
            await expectGone(walk, older.access)
          }
        },
      }
    },
  },
} as const satisfies Kinds
