import { Hono } from 'hono'
import { once } from 'node:events'
import { connect, createSecureServer } from 'node:http2'
import { expect, test } from 'vitest'
import { listen } from '../../../infra/emulator/listen.ts'
import { presentedBy } from '../../../shared/resource-server/connection.ts'
import { requireToken as onHono } from '../../../shared/resource-server/hono.ts'
import { requireToken as onNode } from '../../../shared/resource-server/node.ts'
import { tokenOf } from '../../../shared/resource-server/passed.ts'
import { type Decision, protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { openIssuer } from '../../support/token-issuer.ts'
import { BOUND, OWN, PUBLIC } from '../../support/walk.ts'

test('a request that has passed no check has no token', () => {
  expect(() => tokenOf({})).toThrow('passed no check')
})

test('a connection without TLS, or one that nobody vouches for, shows no certificate', () => {
  const getPeerX509Certificate = () => ({ toString: () => OWN })
  for (const socket of [
    undefined,
    {},
    { authorized: true },
    { getPeerX509Certificate },
    { authorized: false, getPeerX509Certificate },
    { authorized: 'true', getPeerX509Certificate },
    { authorized: true, getPeerX509Certificate: () => undefined },
  ]) {
    expect(presentedBy({ rawHeaders: [], socket }).certificate).toBeUndefined()
  }
  expect(
    presentedBy({ rawHeaders: [], socket: { authorized: true, getPeerX509Certificate } }).certificate,
  ).toBe(OWN)
})

test('every Authorization header counts, and no value that only looks like one', () => {
  const rawHeaders = [
    'x-a',
    'authorization',
    'AUTHORIZATION',
    'Bearer a',
    'authorization',
    'Bearer b',
    'x',
    'y',
  ]
  expect(presentedBy({ rawHeaders, socket: undefined }).authorization).toEqual(['Bearer a', 'Bearer b'])
})

test('Hono elsewhere than on Node lets nothing pass', async () => {
  const resource = () => () => Promise.resolve({ allowed: true } as Decision)
  const app = new Hono()
  app.onError((error) => new Response(error.message, { status: 500 }))
  app.get('/', onHono(resource), (c) => c.text('passed'))
  for (const env of [undefined, {}]) {
    const response = await app.request('/', { headers: { authorization: 'Bearer a' } }, env)
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('node-server')])
  }
})

test('over HTTP/2 the certificate is that of the connection, too', async () => {
  const issuer = await openIssuer('jwt')
  const { walk } = issuer
  const { access } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN, { scope: 'read' })
  const tls = {
    ...identity('server-localhost', 'ca-issuing'),
    ca: [vector('ca-root'), vector('ca-issuing')],
    requestCert: true,
  }
  const listener = onNode(protectedResource(issuer.offline), ['read'], (_request, response) => {
    response.end('served')
  })
  const server = await listen(createSecureServer(tls, listener), { host: '127.0.0.1', port: 0, option: '' })
  const status = async (name: string) => {
    const session = connect(`https://localhost:${server.port}`, { ca: vector('ca-root'), ...identity(name) })
    const request = session.request({ ':path': '/', authorization: `Bearer ${access}` })
    const [headers] = (await once(request, 'response')) as [Record<string, unknown>]
    session.destroy()
    return headers[':status']
  }
  expect(await status('client-ec-p256')).toBe(200)
  expect(await status('client-other')).toBe(401)
  expect(await status('client-ec-p256')).toBe(200)
  await server.close()
  await issuer.close()
})
