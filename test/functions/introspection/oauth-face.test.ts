import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC, RENEWED } from '../../support/walk.ts'

const ISSUER = 'https://as.example.com'
const THUMBPRINT = thumbprintOf('client-ec-p256')

const walk = await testWalk()
const { runtime } = walk
const client = await walk.addClient(PUBLIC, BOUND)

const ask = (token: string | undefined, certificate?: string, more: Record<string, string> = {}) =>
  walk.post('/introspection', { token, ...more }, certificate)

test('the holder of the certificate gets all members of its opaque token, without null', async () => {
  const { access } = await walk.granted(client, OWN)
  const { status, headers, json } = await ask(access, OWN)
  expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
  expect(json).toEqual({
    active: true,
    sub: 'testuser01',
    iss: ISSUER,
    aud: ISSUER,
    client_id: client.id,
    token_type: 'Bearer',
    iat: START,
    exp: addSeconds(START, 86400),
    cnf: { 'x5t#S256': THUMBPRINT },
  })
})

test('the holder of the certificate gets the claims of its JWT', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256', defaultResource: 'https://rs.example.com' })
  const { access } = await walk.granted(client, OWN, { scope: 'read write' })
  const { json } = await ask(access, OWN, { scopes: 'write' })
  expect(json).toEqual({ ...decodeJwt(access), active: true, token_type: 'Bearer' })
  expect(json).toMatchObject({ aud: 'https://rs.example.com', scope: 'read write' })
})

test('a token without enough scopes is answered with 403 and the scopes that the request demands', async () => {
  const { access } = await walk.granted(client, OWN, { scope: 'read' })
  const { status, headers, json } = await ask(access, OWN, { scopes: 'read write' })
  expect([status, json]).toEqual([403, { error: 'insufficient_scope' }])
  expect(headers['www-authenticate']).toBe('Bearer error="insufficient_scope",scope="read write"')
})

test('the parameter `scope` is ignored, and a repeated `scopes` is refused', async () => {
  const { access } = await walk.granted(client, OWN, { scope: 'read' })
  expect((await ask(access, OWN, { scope: 'write' })).status).toBe(200)
  const body = `token=${access}&scopes=read&scopes=write`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status, json } = await walk.send({ route: '/introspection', headers, body, certificate: OWN })
  expect([status, json['error']]).toEqual([400, 'invalid_request'])
})

type Case = readonly [name: string, make: () => Promise<{ token: string; certificate?: string }>]
const bound = async () => (await walk.granted(client, OWN)).access
const unbound = async () => (await walk.granted(await walk.addClient(BASIC))).access
const CASES: readonly Case[] = [
  ['another certificate', async () => ({ token: await bound(), certificate: OTHER })],
  ['a renewed certificate', async () => ({ token: await bound(), certificate: RENEWED })],
  [
    'an unreadable certificate',
    async () => ({ token: await bound(), certificate: spelling('truncated-der') }),
  ],
  ['no certificate', async () => ({ token: await bound() })],
  ['an unbound token', async () => ({ token: await unbound(), certificate: OWN })],
  ['an unbound token and no certificate', async () => ({ token: await unbound() })],
  ['an unknown token', () => Promise.resolve({ token: 'A'.repeat(72), certificate: OWN })],
  ['no token at all', () => Promise.resolve({ token: 'nonsense', certificate: OWN })],
  ['half a JWT', () => Promise.resolve({ token: 'a.b', certificate: OWN })],
  [
    'an expired token',
    async () => {
      const token = await bound()
      runtime.clock.now = addSeconds(START, 86400)
      return { token, certificate: OWN }
    },
  ],
  ['a refresh token', async () => ({ token: (await walk.granted(client, OWN)).refresh, certificate: OWN })],
  [
    'a token of a client that was cut off',
    async () => {
      const ended = await walk.addClient(PUBLIC, BOUND)
      const { access: token } = await walk.granted(ended, OWN)
      await runtime.store.clients.cutOff(walk.number, ended.number, () => START)
      return { token, certificate: OWN }
    },
  ],
]

test.each(CASES)(
  'a request with %s is answered with the same 401, which has only an error',
  async (_name, make) => {
    const { token, certificate } = await make()
    const { status, headers, text } = await ask(token, certificate, { scopes: 'admin' })
    expect(status).toBe(401)
    expect(text).toBe('{"error":"invalid_token"}')
    expect(headers).toMatchObject({
      'www-authenticate': 'Bearer error="invalid_token"',
      'cache-control': 'no-store',
    })
  },
)

test('a certificate in a header or in the form counts as none', async () => {
  const token = await bound()
  const headers = {
    'client-cert': OWN.replaceAll('\n', ' '),
    'x-amzn-mtls-clientcert': encodeURIComponent(OWN),
  }
  const parameters = { token, clientCertificate: OWN.replaceAll('\n', ' ') }
  expect((await walk.post('/introspection', parameters, undefined, headers)).status).toBe(401)
})
