import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../support/answers.ts'
import { testRuntime } from '../support/test-runtime.ts'
import { BASIC, openWalk, SUBJECT, type TestClient, type Walk } from '../support/walk.ts'

const ALIAS = 'the-app'

let walk: Walk
let client: TestClient
let other: TestClient

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime, { clientIdAliasEnabled: true, accessTokenSignAlg: 'ES256' })
  client = await walk.addClient(BASIC)
  other = await walk.addClient(BASIC, { clientIdAlias: ALIAS, clientIdAliasEnabled: true })
})

const ticket = async () => (await walk.authorize(client)).json['ticket']

/** Both ways by which a subject comes into a token: the outcome for this one. */
const WAYS: readonly (readonly [string, (subject: string) => Promise<string>, refused: string])[] = [
  [
    '/auth/authorization/issue',
    async (subject) => {
      const { json, ...answer } = await walk.issue(await ticket(), { subject })
      return json['action'] === 'LOCATION' ? 'issued' : outcome({ json, ...answer })
    },
    'INTERNAL_SERVER_ERROR A042291 server_error',
  ],
  [
    '/auth/token/create',
    async (subject) => {
      const members = { grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject }
      const answer = await walk.call('/auth/token/create', members)
      return answer.json['action'] === 'OK' ? 'issued' : outcome(answer)
    },
    'BAD_REQUEST A105291',
  ],
]

describe.each(WAYS)('%s', (_api, issuing, refused) => {
  test('no subject may be the number of a client, of its own or of another', async () => {
    expect(await issuing(client.id)).toBe(refused)
    expect(await issuing(other.id)).toBe(refused)
  })

  test('no subject may be the alias of a client, whether that is in use or not', async () => {
    expect(await issuing(ALIAS)).toBe(refused)
    await walk.setClient(other, { clientIdAliasEnabled: false })
    expect(await issuing(ALIAS)).toBe(refused)
    await walk.setService({ clientIdAliasEnabled: false })
    expect(await issuing(ALIAS)).toBe(refused)
  })

  test('no subject may be the name of a client that is locked', async () => {
    await walk.setClient(other, { locked: true })
    expect(await issuing(other.id)).toBe(refused)
  })

  test('every other subject is accepted', async () => {
    for (const subject of [SUBJECT, '1', '007', `${client.id}0`, `0${client.id}`, ALIAS.toUpperCase(), ' ']) {
      expect(await issuing(subject)).toBe('issued')
    }
  })

  test('a subject may be the number of a client of another service, and of one that was deleted', async () => {
    const elsewhere = await (await openWalk(runtime)).addClient(BASIC)
    expect(await issuing(elsewhere.id)).toBe('issued')
    const deleted = await walk.v3('DELETE', `/client/delete/${other.id}`)
    expect(deleted.status).toBe(204)
    expect(await issuing(other.id)).toBe('issued')
    expect(await issuing(ALIAS)).toBe('issued')
  })
})

test('the subject of a token of the client itself is the client, by the name that it has used', async () => {
  const subjectOf = async (named: TestClient, clientId: string) => {
    const members = { clientId, clientSecret: named.secret }
    const { access } = tokensOf(await walk.token(named, { grant_type: 'client_credentials' }, members))
    return decodeJwt(access).sub
  }
  expect(await subjectOf(client, client.id)).toBe(client.id)
  expect(await subjectOf(other, ALIAS)).toBe(ALIAS)
})

test('a refused subject does not use up the ticket', async () => {
  const one = await ticket()
  expect(outcome(await walk.issue(one, { subject: client.id }))).toBe(
    'INTERNAL_SERVER_ERROR A042291 server_error',
  )
  expect((await walk.issue(one)).json['action']).toBe('LOCATION')
})
