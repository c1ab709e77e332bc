import fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeMatcher } from '../../../../infra/emulator/edge/route-match.ts'

const TEMPLATES = [
  '/api/{serviceId}/{section}/token',
  '/api/{serviceId}/auth/token',
  '/api/auth/token',
  '/api/auth/{action}',
  '/api/{serviceId}',
  '/.well-known/oauth-authorization-server',
  '/',
  '/rest/{proxy+}',
  '/rest/{name}/x',
]
const match = routeMatcher(new Map(TEMPLATES.map((template) => [template, () => Promise.resolve(template)])))

test.each([
  ['/', '/', undefined],
  ['/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server', undefined],
  ['/api/auth/token', '/api/auth/token', undefined],
  ['/api/auth/revocation', '/api/auth/{action}', { action: 'revocation' }],
  ['/api/1/auth/token', '/api/{serviceId}/auth/token', { serviceId: '1' }],
  ['/api/1/other/token', '/api/{serviceId}/{section}/token', { serviceId: '1', section: 'other' }],
  ['/api/auth', '/api/{serviceId}', { serviceId: 'auth' }],
  ['/api/{serviceId}', '/api/{serviceId}', { serviceId: '{serviceId}' }],
  ['/rest/a', '/rest/{proxy+}', { proxy: 'a' }],
  ['/rest/a/b%2F/', '/rest/{proxy+}', { proxy: 'a/b//' }],
  ['/rest/a/x', '/rest/{name}/x', { name: 'a' }],
  ['/api/%C3%A4%2F', '/api/{serviceId}', { serviceId: 'ä/' }],
])('the path %s takes the route %s', async (path, template, pathParameters) => {
  const found = match(path)
  expect(found).toMatchObject({ template, ...(pathParameters && { pathParameters }) })
  expect(found?.pathParameters).toEqual(pathParameters)
  expect(await found?.handler({})).toBe(template)
})

test.each([
  '',
  '/api',
  '/api/',
  '/rest',
  '/rest/',
  '/api//auth/token',
  '/api/auth/token/',
  '/API/auth/token',
  '/api/%zz',
  '*',
  '/x/../api/auth/token',
  '/api/%61uth/token',
])('the path "%s" has no route', (path) => {
  expect(match(path)).toBeUndefined()
})

test('a path parameter has the value that the client encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (serviceId) => {
      expect(match(`/api/${encodeURIComponent(serviceId)}/auth/token`)?.pathParameters).toEqual({
        serviceId,
      })
    }),
  )
})

test('no path makes the matcher throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('api', 'auth', '%', '{serviceId}'))),
      (segments) => {
        expect(() => match(`/${segments.join('/')}`)).not.toThrow()
      },
    ),
  )
})
