import { expect } from 'vitest'
import { outcome, tokensOf } from '../support/answers.ts'
import { BASIC, SUBJECT, type TestClient, type Walk } from '../support/walk.ts'
import type { Kinds, Trial } from './kind.ts'
import { expectGone, expectLiving } from './token-kinds.ts'

/** What ends a token: it has ended when the call succeeds. */
async function ending(
  walk: Walk,
  ask: (token: { access: string; refresh: string }, client: TestClient) => Trial['ask'],
): Promise<Trial> {
  const client = await walk.addClient(BASIC)
  const token = await walk.granted(client)
  return { ask: ask(token, client), holds: () => expectGone(walk, token.access) }
}

const scopesOf = async (walk: Walk, access: string) => (await walk.introspect(access)).json['scopes']

/** Calls about tokens by the management API. */
export const tokenManagementKinds = {
  'the creation of tokens': {
    answer: 'OK A109001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const { id: clientId } = await walk.addClient(BASIC)
      return {
        ask: () =>
          walk.call('/auth/token/create', { grantType: 'AUTHORIZATION_CODE', clientId, subject: SUBJECT }),
        holds: async (done) => {
          for (const { json } of done) await expectLiving(walk, String(json['accessToken']))
        },
      }
    },
  },
  'a change of the scopes of a token': {
    answer: 'OK A135001',
    way: 'send it again',
    prepare: async ({ walk }) => {
      const client = await walk.addClient(BASIC)
      const { access } = await walk.granted(client, undefined, { scope: 'read write admin' })
      const setScopes = (...scopes: string[]) =>
        walk.call('/auth/token/update', { accessToken: access, scopes })
      return {
        ask: () => setScopes('read', 'write'),
        holds: async () => expect(await scopesOf(walk, access)).toEqual(['read', 'write']),
        take: async () => {
          expect(outcome(await setScopes('read'))).toBe('OK A135001')
          return async () => expect(await scopesOf(walk, access)).toEqual(['read'])
        },
      }
    },
  },
  'a new value for a token': {
    answer: 'OK A135001',
    way: 'refresh',
    prepare: async ({ walk }) => {
      await walk.setService({ refreshTokenIdempotent: false, refreshTokenKept: false })
      const client = await walk.addClient(BASIC)
      const { access, refresh } = await walk.granted(client)
      return {
        ask: () => walk.call('/auth/token/update', { accessToken: access, accessTokenValueUpdated: true }),
        repeated: 'NOT_FOUND A134202',
        step: async () => expectLiving(walk, tokensOf(await walk.refresh(client, refresh)).access),
        holds: async (done) => {
          for (const { json } of done) await expectLiving(walk, String(json['accessToken']))
        },
      }
    },
  },
  'the deletion of a token': {
    answer: '204',
    way: 'send it again',
    prepare: ({ walk }) =>
      ending(
        walk,
        ({ access }) =>
          () =>
            walk.v3('DELETE', `/auth/token/delete/${access}`),
      ),
  },
  'the end of a refresh token': {
    answer: '200 A135001',
    way: 'send it again',
    prepare: ({ walk }) =>
      ending(
        walk,
        ({ refresh }) =>
          () =>
            walk.call('/auth/token/revoke', { refreshTokenIdentifier: refresh }),
      ),
  },
  'the end of all tokens of a client': {
    answer: '200 A135001',
    way: 'send it again',
    prepare: ({ walk }) =>
      ending(
        walk,
        (_, { id }) =>
          () =>
            walk.call('/auth/token/revoke', { clientIdentifier: id }),
      ),
  },
  'the end of the tokens of a user': {
    answer: '200 A135001',
    way: 'send it again',
    prepare: ({ walk }) =>
      ending(walk, (_, { id }) => () => {
        return walk.call('/auth/token/revoke', { clientIdentifier: id, subject: SUBJECT })
      }),
  },
  'the end of an application of a user': {
    answer: '200 A137001',
    way: 'send it again',
    prepare: ({ walk }) =>
      ending(walk, (_, { id }) => () => {
        return walk.v3('DELETE', `/client/authorization/delete/${id}/${SUBJECT}`)
      }),
  },
} as const satisfies Kinds
