import { once } from 'node:events'
import type { OutgoingHttpHeaders, RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Hono } from 'hono'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { converse } from '../../infra/emulator/tls-client.ts'
import { FORMS } from '../../support/edge-requests.ts'
import { eventFor, type Format } from '../../support/gateway.ts'
import { FRONT, FRONT_SECRET, openLibrarySamples, type Sample } from '../../support/library-samples.ts'
import { newProofKey, proofOf } from '../../support/proof-keys.ts'
import { ask, honoListener, type Presented } from '../../support/resource-servers.ts'
import { HOLDER, THIEF } from '../../support/signed-tokens.ts'

const { samples, issuers, close } = await openLibrarySamples()
afterAll(close)
const { bank } = issuers
const SCOPE = 'accounts:read payments:read payments:write'

/** The samples that a test has run. */
const run = new Set<string>()
function sample(name: string): Sample {
  run.add(name)
  const found = samples.get(name)
  if (found === undefined) throw new Error(`no page has ${name}`)
  return found
}

/** The samples write the reasons of refused requests. */
const written = vi.spyOn(console, 'warn')
beforeEach(() => {
  written.mockReset().mockReturnValue()
})
afterAll(() => written.mockRestore())

describe('a server of the pages', () => {
  const closed = /ECONNRESET|hang up|alert/
  const strong = { scope: SCOPE, acr: 'urn:example:two-factors', auth_time: bank.claims.iat }
  const bearer = { authorization: `Bearer ${bank.jwt(strong)}` }
  const opened: Server[] = []
  async function open(server: Server): Promise<{ readonly port: number }> {
    opened.push(server)
    if (server.address() === null) await once(server.listen(0, '127.0.0.1'), 'listening')
    return server.address() as AddressInfo
  }
  afterAll(() => {
    for (const server of opened) server.close()
  })
  const behindNode = (app: unknown) => createServer(sample('node-server.mjs').tls, app as RequestListener)
  const ofFastify = async (app: unknown) => {
    await (app as FastifyInstance).ready()
    return (app as FastifyInstance).server as unknown as Server
  }

  test.each<[string, (of: Sample) => Server | Promise<Server>, string, string?, string?]>([
    ['node-server.mjs', ({ server }) => server, 'accounts of s'],
    ['accounts.mjs', ({ server }) => server, 'accounts of s'],
    ['express-server.mjs', ({ app }) => behindNode(app), '{"accountsOf":"s"}'],
    ['accounts-express.mjs', ({ app }) => behindNode(app), '{"accountsOf":"s"}'],
    ['fastify-server.mjs', ({ app }) => ofFastify(app), '{"accountsOf":"s"}'],
    ['hono-server.mjs', ({ app }) => behindNode(honoListener(app as Hono)), '{"accountsOf":"s"}'],
    ['payments.mjs', ({ app }) => behindNode(app), '{"paymentsOf":"s"}', '/payments'],
    ['payments.mjs', ({ app }) => behindNode(app), '{"paid":true}', '/payments', 'POST'],
  ])(
    '%s serves only the holder of the certificate',
    async (name, serverOf, served, path = '/accounts', method = 'GET') => {
      const server = await open(await serverOf(sample(name)))
      const use = async (headers: OutgoingHttpHeaders, presented: Presented) => {
        const { status, text } = await ask(server, headers, presented, { path, method })
        return [status, text]
      }
      expect(await use(bearer, HOLDER)).toEqual([200, served])
      expect(await use(bearer, THIEF)).toEqual([401, '{"error":"invalid_token"}'])
      expect(await use({}, HOLDER)).toEqual([401, ''])
      await expect(use(bearer, {})).rejects.toThrow(closed)
    },
  )

  test.each([
    ['node-server.mjs', () => sample('node-server.mjs').server],
    ['accounts.mjs', () => sample('accounts.mjs').server],
    ['fastify-server.mjs', () => ofFastify(sample('fastify-server.mjs').app)],
  ])(
    '%s takes no copied TLS session for the key, and its connections cannot be renegotiated',
    async (_name, serverOf) => {
      const server = await open(await serverOf())
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const { session } = await converse(server.port, { ...HOLDER, maxVersion })
        const copied = { maxVersion, ...(session !== undefined && { session }) }
        await expect(ask(server, bearer, copied)).rejects.toThrow(closed)
      }
      const socket = connect({
        ...server,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        maxVersion: 'TLSv1.2',
        ...HOLDER,
      })
      await once(socket, 'secureConnect')
      const refusal = new Promise((resolve) => {
        socket.once('error', resolve)
        socket.renegotiate({}, resolve)
      })
      expect(await refusal).toBeInstanceOf(Error)
      socket.destroy()
    },
  )
})

describe('a function of the pages', () => {
  const [DOMAIN, ARN] = ['accounts.example.com', 'targetgroup/accounts/0123456789abcdef']
  const place = { route: '/accounts', method: 'GET', domainName: DOMAIN, apiId: 'a1b2c3d4e5' }
  const ofGateway = (format: Format) => (headers: object, certificate?: string) =>
    eventFor({ ...place, headers: { ...headers }, certificate }, format)
  const ofBalancer = (headers: object, certificate?: string) => {
    const { 0: name = '', 1: value = '' } = certificate === undefined ? [] : FORMS.alb({ cert: certificate })
    const sent = { ...headers, ...(certificate !== undefined && { [name]: value }) }
    return {
      requestContext: {
        elb: { targetGroupArn: `arn:aws:elasticloadbalancing:eu-central-1:111122223333:${ARN}` },
      },
      ...{ httpMethod: 'GET', path: '/accounts' },
      multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([each, text]) => [each, [text]])),
    }
  }

  test.each<[string, (headers: object, certificate?: string) => object]>([
    ['lambda.mjs', ofGateway('1.0')],
    ['lambda.mjs', ofGateway('2.0')],
    ['alb-lambda.mjs', ofBalancer],
  ])('%s serves only the holder of the certificate', async (name, eventOf) => {
    const bearer = { Authorization: `Bearer ${bank.jwt({ scope: SCOPE })}` }
    const { handler } = sample(name)
    const body = '{"accountsOf":"s"}'
    expect(await handler(eventOf(bearer, HOLDER.cert))).toEqual({ statusCode: 200, body })
    for (const event of [eventOf(bearer, THIEF.cert), eventOf(bearer), eventOf({}, HOLDER.cert)])
      expect(await handler(event)).toMatchObject({ statusCode: 401 })
  })
})

describe('a resource of the pages', () => {
  const none: readonly string[] = []
  const nginx = (of: { readonly cert: string } | undefined) => (of === undefined ? none : FORMS.nginx(of))
  const haproxy = (of: { readonly cert: string } | undefined) => [
    ...(of === undefined ? none : FORMS.haproxy(of)),
    ...['Front-Secret', FRONT_SECRET],
  ]
  const api = { aud: 'accounts-api', client_id: undefined, azp: 'app', typ: 'Bearer' }
  const ofKeycloak = issuers.ofKeycloak(api)
  const ofAuth0 = issuers.ofAuth0({ client_id: undefined, azp: 'app', permissions: ['a'] })

  test.each<[string, string, ((of: { readonly cert: string } | undefined) => readonly string[])?, string?]>([
    ['resource.mjs', bank.jwt()],
    ['asking-resource.mjs', 'opaque'],
    ['keycloak-resource.mjs', ofKeycloak],
    ['two-issuers.mjs', bank.jwt()],
    ['two-issuers.mjs', ofAuth0],
    ['described-resource.mjs', bank.jwt()],
    ['resource-for-keys.mjs', bank.jwt()],
    ['behind-nginx.mjs', bank.jwt(), nginx, FRONT.cert],
    ['behind-haproxy.mjs', bank.jwt(), haproxy],
  ])('%s allows only the holder of the certificate', async (name, token, headersOf, connection) => {
    const decide = sample(name).resource([])
    const outcome = async (of: { readonly cert: string } | undefined) => {
      const rawHeaders = ['authorization', `Bearer ${token}`, ...(headersOf?.(of) ?? [])]
      const decided = await decide({ rawHeaders, certificate: headersOf ? connection : of?.cert })
      return decided.allowed ? decided.token.clientId : decided.reason
    }
    expect(await outcome(HOLDER)).toMatch(/^(c|app)$/)
    expect(await outcome(THIEF)).toBe('certificate-differs')
    expect(await outcome(undefined)).toBe('certificate-missing')
  })

  test('resource-for-keys.mjs allows only the holder of the key', async () => {
    const [own, other] = [newProofKey(), newProofKey()]
    const token = bank.jwt({ cnf: { jkt: own.jkt } })
    const target = { htm: 'GET', htu: 'https://accounts.example.com/accounts' }
    const outcome = async (key: typeof own, htu = target.htu) => {
      const proof = proofOf(key, token, Math.floor(Date.now() / 1000), { ...target, htu })
      const rawHeaders = ['authorization', `DPoP ${token}`, 'dpop', proof]
      const request = { rawHeaders, method: 'GET', path: '/accounts', certificate: HOLDER.cert }
      const decided = await sample('resource-for-keys.mjs').resource([])(request)
      return decided.allowed ? 'allowed' : decided.reason
    }
    expect(await outcome(own)).toBe('allowed')
    expect(await outcome(other)).toBe('proof-differs')
    expect(await outcome(own, `${issuers.url}/accounts`)).toBe('proof-wrong')
  })
})

test('every sample of the pages has run, and those with a hook have written the reasons of refusals', async () => {
  expect([...run].toSorted()).toEqual([...samples.keys()].toSorted())
  const request = { rawHeaders: ['authorization', 'Bearer x'], certificate: undefined }
  for (const name of ['resource.mjs', 'asking-resource.mjs']) await sample(name).resource([])(request)
  expect(written.mock.calls.map(([text, reason]) => [String(text), String(reason)])).toEqual([
    ['refused', 'token-opaque'],
    ['refused', 'certificate-missing'],
  ])
})
