import { beforeEach, describe, expect, test } from 'vitest'
import { testWalk } from '../support/test-runtime.ts'
import { PUBLIC } from '../support/walk.ts'

const walk = await testWalk()
const client = await walk.addClient(PUBLIC)

const NEITHER = { errorDescriptionOmitted: true, errorUriOmitted: true }

describe.each([
  ['both', {}, ['error', 'error_description', 'error_uri']],
  ['no description', { errorDescriptionOmitted: true }, ['error', 'error_uri']],
  ['no URI', { errorUriOmitted: true }, ['error', 'error_description']],
  ['neither', NEITHER, ['error']],
])('%s', (_name, settings, expected) => {
  beforeEach(() => walk.setService(settings))

  test('a JSON error has only the members that the service does not omit', async () => {
    const { json } = await walk.token(client, {})
    expect(Object.keys(JSON.parse(json['responseContent'] as string) as object).sort()).toEqual(expected)
    expect(json['resultMessage']).toMatch(/^\[A049301\] ./)
  })

  test('a WWW-Authenticate value has only the members that the service does not omit', async () => {
    const { json } = await walk.introspect('nonsense')
    const names = (json['responseContent'] as string).matchAll(/(?:^Bearer |,)(\w+)=/g)
    expect([...names].map(([, name]) => name).sort()).toEqual(expected)
  })

  test.each([{ response_mode: 'query' }, { response_mode: 'form_post' }])(
    'an error that goes to the client by %j has only the members that the service does not omit',
    async (mode) => {
      const refused = await walk.authorize(client, { ...mode, response_type: 'token' })
      const { json } = await walk.authorize(client, mode)
      const members = { ticket: json['ticket'], reason: 'DENIED', description: 'of ours' }
      for (const answer of [refused, await walk.call('/auth/authorization/fail', members)]) {
        const names = (answer.json['responseContent'] as string).match(/\berror(?:_\w+)?(?=["=])/g)
        expect([...new Set(names)].sort()).toEqual(expected)
      }
    },
  )
})

test('a description that is omitted is omitted on the OAuth face too', async () => {
  expect((await walk.post('/token', {})).json).toHaveProperty('error_description')
  await walk.setService(NEITHER)
  expect((await walk.post('/token', {})).json).toEqual({ error: 'invalid_request' })
})

test('errors about the call itself stay as they are', async () => {
  await walk.setService(NEITHER)
  const { status, json } = await walk.call('/auth/token', { parameters: 7 })
  expect([status, json['resultCode']]).toEqual([400, 'A001294'])
  expect(json['resultMessage']).toContain("'parameters'")
})
