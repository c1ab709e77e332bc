import { expect } from 'vitest'
import { outcome } from '../support/answers.ts'
import { pushing } from '../support/pushing.ts'
import { BASIC, type TestClient, type Walk } from '../support/walk.ts'
import type { Kinds } from './kind.ts'

const ISSUED = 'LOCATION A040001'

async function expectIssued(walk: Walk, client: TestClient, ticket: unknown): Promise<void> {
  const issued = await walk.issue(ticket)
  expect(outcome(issued)).toBe(ISSUED)
  await expectRedeemed(walk, client, issued.json['authorizationCode'])
}

async function expectRedeemed(walk: Walk, client: TestClient, code: unknown): Promise<void> {
  expect(outcome(await walk.redeem(client, String(code)))).toBe('OK A050001')
}

/** Requests of the authorization server. */
export const authorizationKinds = {
  'an authorization request': {
    answer: 'INTERACTION A004001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      return {
        ask: () => walk.authorize(client),
        holds: async (done) => {
          for (const { json } of done) await expectIssued(walk, client, json['ticket'])
        },
      }
    },
  },
  'a pushed authorization request': {
    answer: 'CREATED A245001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      return {
        ask: () => pushing(walk).push(client),
        holds: async (done) => {
          for (const { json } of done) {
            const started = await pushing(walk).start(client, String(json['requestUri']))
            await expectIssued(walk, client, started.json['ticket'])
          }
        },
      }
    },
  },
  'the use of a pushed request': {
    answer: 'INTERACTION A004001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const requestUri = await pushing(walk).pushed(client)
      return {
        ask: () => pushing(walk).start(client, requestUri),
        // Only the ticket of the last use works.
        holds: async () => {
          const { ticket } = (await pushing(walk).start(client, requestUri)).json
          await expectIssued(walk, client, ticket)
        },
      }
    },
  },
  'the issue of a code': {
    answer: ISSUED,
    way: 'start a new authorization',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const { ticket } = (await walk.authorize(client)).json
      return {
        ask: () => walk.issue(ticket),
        repeated: 'BAD_REQUEST A041202 invalid_request',
        step: async () => expectIssued(walk, client, (await walk.authorize(client)).json['ticket']),
        holds: async (done) => {
          for (const { json } of done) await expectRedeemed(walk, client, json['authorizationCode'])
        },
      }
    },
  },
  'the failure of an authorization': {
    answer: 'LOCATION A060306 access_denied',
    way: 'start a new authorization',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const { ticket } = (await walk.authorize(client)).json
      return {
        ask: () => walk.call('/auth/authorization/fail', { ticket, reason: 'DENIED' }),
        repeated: 'BAD_REQUEST A059202 invalid_request',
        step: async () => expectIssued(walk, client, (await walk.authorize(client)).json['ticket']),
        take: () =>
          Promise.resolve(async () => expect(outcome(await walk.issue(ticket))).toMatch(/^BAD_REQUEST/)),
      }
    },
  },
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
} as const satisfies Kinds
