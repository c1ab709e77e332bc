import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { outcome } from '../../../support/answers.ts'
import { START } from '../../../support/fixed-runtime.ts'
import { pushing } from '../../../support/pushing.ts'
import { testWalk } from '../../../support/test-runtime.ts'
import { BASIC, REDIRECT_URI, type TestClient } from '../../../support/walk.ts'

const OTHER_URI = 'https://client.example.org/other'

const walk = await testWalk({ clientIdAliasEnabled: true })
const { runtime } = walk
const { pushed } = pushing(walk)
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(BASIC, { redirectUris: [REDIRECT_URI, OTHER_URI] })
})

const start = (requestUri: string, parameters = {}, from = client) =>
  pushing(walk).start(from, requestUri, parameters)
const ticketOf = async (requestUri: string) => (await start(requestUri)).json['ticket']
const issueOf = async (ticket: unknown) => outcome(await walk.issue(ticket))

describe('a pushed request is judged again by what holds when it is used', () => {
  const cutOff = () => walk.call('/auth/token/revoke', { clientIdentifier: client.id })
  const changed = (change: Parameters<typeof walk.setClient>[1]) => () => walk.setClient(client, change)

  test.each([
    ['the client is locked', () => walk.setLocked(client, true), 'BAD_REQUEST A010307 unauthorized_client'],
    ['the client is deleted', () => walk.v3('DELETE', `/client/delete/${client.id}`), 'BAD_REQUEST A010304'],
    ['all tokens of the client are revoked', cutOff, 'BAD_REQUEST A008393 invalid_request_uri'],
    [
      'all tokens of the service are cut off',
      () => walk.setService({ tokensNotBefore: START + 1 }),
      'BAD_REQUEST A008393 invalid_request_uri',
    ],
    ['the redirect URI is taken away', changed({ redirectUris: [OTHER_URI] }), 'BAD_REQUEST A011304'],
    [
      'the scope is taken away',
      () => walk.setService({ supportedScopes: [] }),
      'LOCATION A007305 invalid_scope',
    ],
    ['PKCE is required', changed({ pkceRequired: true }), 'LOCATION A124301 invalid_request'],
    ['the response type is taken away', changed({ responseTypes: ['NONE'] }), 'LOCATION A009306'],
    ['the profile excludes the client', () => walk.setService({ fapi2: true }), 'BAD_REQUEST A010399'],
  ])(
    'a pushed request is judged again when it is used, and refused after %s',
    async (_what, happen, answer) => {
      const requestUri = await pushed(client, { scope: 'read' })
      runtime.clock.now = addSeconds(START, 1)
      await happen()
      expect(outcome(await start(requestUri))).toContain(answer)
    },
  )

  test('a request that was pushed before a cut-off is refused, also if a process without the cut-off has made a ticket since', async () => {
    const requestUri = await pushed(client)
    runtime.clock.now = addSeconds(START, 1)
    await ticketOf(requestUri)
    await walk.setService({ tokensNotBefore: START + 1 })
    expect(outcome(await start(requestUri))).toBe('BAD_REQUEST A008393 invalid_request_uri')
  })

  test('the ticket of a request that was pushed before a cut-off is refused as well', async () => {
    const ticket = await ticketOf(await pushed(client))
    runtime.clock.now = addSeconds(START, 1)
    await cutOff()
    expect(await issueOf(ticket)).toBe('BAD_REQUEST A041391 invalid_request')
  })

  test('a request that was pushed by number may be used by the alias of the client', async () => {
    await walk.setClient(client, { clientIdAlias: `alias-${client.id}`, clientIdAliasEnabled: true })
    await runtime.store.registry.putAlias(walk.number, `alias-${client.id}`, client.number)
    const requestUri = await pushed(client)
    const { json } = await start(requestUri, { client_id: `alias-${client.id}` })
    expect(json).toMatchObject({ action: 'INTERACTION', clientIdAliasUsed: true })
  })
})

describe('where requests must be pushed', () => {
  const PLAIN = 'LOCATION A008397 invalid_request'

  test.each([
    ['at the service', () => walk.setService({ parRequired: true })],
    ['at the client', () => walk.setClient(client, { parRequired: true })],
  ])(
    'because of parRequired %s, a plain request is refused and a pushed one works',
    async (_where, require) => {
      await require()
      expect(outcome(await walk.authorize(client))).toBe(PLAIN)
      expect(await runtime.tables.grantsOf(walk.number, client.number)).toEqual([])
      const requestUri = await pushed(client)
      expect(await issueOf(await ticketOf(requestUri))).toBe('LOCATION A040001')
    },
  )

  test('a plain request with a redirect URI that is not registered is refused without a redirect', async () => {
    await walk.setService({ parRequired: true })
    const { json } = await walk.authorize(client, { redirect_uri: 'https://evil.example/cb' })
    expect(json['action']).toBe('BAD_REQUEST')
    expect(json['responseContent']).not.toContain('evil')
  })

  test('a request URI that is empty makes no pushed request of a plain one', async () => {
    await walk.setService({ parRequired: true })
    expect(outcome(await walk.authorize(client, { request_uri: '' }))).toBe(PLAIN)
  })
})
