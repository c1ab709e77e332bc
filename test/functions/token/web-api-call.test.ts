import { expect, test } from 'vitest'
import { testWalk } from '../../support/test-runtime.ts'

const walk = await testWalk()

test.each([
  ['/auth/authorization', 'authorizationResponse'],
  ['/auth/authorization/issue', 'authorizationIssueResponse'],
  ['/auth/token', 'tokenResponse'],
  ['/auth/introspection', 'introspectionResponse'],
  ['/auth/introspection/standard', 'standardIntrospectionResponse'],
])('%s answers a call without members with 200, the type %s and what is missing', async (api, type) => {
  const { status, headers, json } = await walk.call(api, {})
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  expect(json['type']).toBe(type)
  expect(json['resultMessage']).toMatch(/^\[A\d{6}\] /)
  expect(Object.values(json)).not.toContain(null)
})
