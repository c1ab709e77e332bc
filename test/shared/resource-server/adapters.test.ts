import { Hono } from 'hono'
import { once } from 'node:events'
import { connect, createSecureServer } from 'node:http2'
import { expect, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { requireToken as onHono } from '../../../shared/resource-server/hono.ts'
import { toResourceRequest } from '../../../shared/resource-server/incoming-request.ts'
import { requireToken as onNode } from '../../../shared/resource-server/node.ts'
import { type Decision, protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { valuesOf } from '../../../shared/resource-server/raw-headers.ts'
import { tokenOf } from '../../../shared/resource-server/token-of.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { openIssuer } from '../../support/token-issuer.ts'
import { BOUND, OWN, PUBLIC } from '../../support/walk.ts'

test('tokenOf throws for a request that did not pass a check', () => {
  expect(() => tokenOf({})).toThrow('did not pass requireToken')
})

test('a connection without TLS, or with an untrusted certificate, counts as one without a certificate', () => {
  const getPeerX509Certificate = () => ({ toString: () => OWN })
  for (const socket of [
    undefined,
    {},
    { authorized: true },
    { getPeerX509Certificate },
    { authorized: false, getPeerX509Certificate },
    { authorized: 'true', getPeerX509Certificate },
    { authorized: true, getPeerX509Certificate: () => undefined },
    // Node's socket after a renegotiation with `rejectUnauthorized: false`, from a trusted certificate to another one.
    { authorized: true, authorizationError: 'CERT_HAS_EXPIRED', getPeerX509Certificate },
  ]) {
    expect(toResourceRequest({ rawHeaders: [], socket }).certificate).toBeUndefined()
  }
  const socket = { authorized: true, authorizationError: null, getPeerX509Certificate }
  expect(toResourceRequest({ rawHeaders: [], socket }).certificate).toBe(OWN)
})

test('every header of a name is read, and no header value is mistaken for a header name', () => {
  const sent = ['x-a', 'authorization', 'AUTHORIZATION', 'Bearer a', 'authorization', 'Bearer b', 'x', 'y']
  const { rawHeaders } = toResourceRequest({ rawHeaders: sent, socket: undefined })
  expect(valuesOf(rawHeaders, 'authorization')).toEqual(['Bearer a', 'Bearer b'])
})

test('the path is the one that the client asked for, without the query, also in a router of Express', () => {
  const request = { rawHeaders: [], socket: undefined, method: 'GET', url: '/accounts?a=b' }
  expect(toResourceRequest(request)).toMatchObject({ method: 'GET', path: '/accounts' })
  const routed = { ...request, originalUrl: '/v1/accounts?a=b' }
  expect(toResourceRequest(routed).path).toBe('/v1/accounts')
})

test('Hono on another runtime than Node answers every request with an error', async () => {
  const resource = () => () => Promise.resolve({ allowed: true } as Decision)
  const app = new Hono()
  app.onError((error) => new Response(error.message, { status: 500 }))
  app.get('/', onHono(resource), (c) => c.text('passed'))
  for (const env of [undefined, {}]) {
    const response = await app.request('/', { headers: { authorization: 'Bearer a' } }, env)
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('node-server')])
  }
})

test('requests over HTTP/2 have the certificate of their connection', async () => {
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
  const server = await listen(createSecureServer(tls, listener))
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
