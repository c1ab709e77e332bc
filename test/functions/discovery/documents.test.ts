import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { digest } from '../../../shared/oauth/token-string.ts'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'
import { FORMATS } from '../../support/gateway.ts'
import { openWalk, type Walk } from '../../support/walk.ts'

const METADATA = '/.well-known/oauth-authorization-server'

let runtime: FixedRuntime
let walk: Walk

beforeAll(async () => {
  runtime = await fixedRuntime()
})
beforeEach(async () => {
  walk = await openWalk(runtime)
})
afterAll(() => runtime.close())

describe('the key set', () => {
  test('is the public half of the signing key, and nothing more', async () => {
    const { json, text } = await walk.send({ route: '/jwks', method: 'GET' })
    const { crv, x, y, d } = walk.signingKey.export({ format: 'jwk' })
    expect(json).toEqual({ keys: [{ kty: 'EC', crv, x, y, kid: '1', alg: 'ES256', use: 'sig' }] })
    expect(text).not.toContain(d)
  })

  test('is empty without keys', async () => {
    await walk.setService({ jwks: [] })
    expect((await walk.send({ route: '/jwks', method: 'GET' })).json).toEqual({ keys: [] })
  })
})

describe.each([METADATA, '/jwks'])('%s', (route) => {
  test.each(FORMATS)(
    'may be kept and read from any page, without credentials (payload %s)',
    async (format) => {
      const { status, headers } = await walk.send({ route, method: 'GET' }, format)
      expect(status).toBe(200)
      expect(headers).toEqual({
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
      })
    },
  )

  test('is the same on every domain', async () => {
    const here = await walk.send({ route, method: 'GET' })
    const there = await walk.send({ route, method: 'GET', domainName: 'api.example.com' })
    expect(there.text).toBe(here.text)
  })

  test.each(['POST', 'PUT', 'DELETE'])('has no %s', async (method) => {
    const { status, headers, json } = await walk.send({ route, method })
    expect([status, headers['allow'], json['error']]).toEqual([405, 'GET', 'invalid_request'])
  })

  test('has no secret in it', async () => {
    const { text } = await walk.send({ route, method: 'GET' })
    for (const secret of Object.values(walk.secrets)) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(digest(secret))
    }
  })
})
