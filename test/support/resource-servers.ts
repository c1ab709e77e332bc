import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { type OutgoingHttpHeaders, type RequestListener } from 'node:http'
import { type Agent, createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { listen, type Listening } from '../../infra/connections/listen.ts'
import * as onExpress from '../../shared/resource-server/express.ts'
import * as onFastify from '../../shared/resource-server/fastify.ts'
import * as onHono from '../../shared/resource-server/hono.ts'
import * as onNode from '../../shared/resource-server/node.ts'
import type { AccessToken, ProtectedResource } from '../../shared/resource-server/protected-resource.ts'
import type { RouteRules } from '../../shared/resource-server/route-rules.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'

/** Clients without a trusted certificate can connect, so that only the check can refuse them. */
const TLS = {
  ...identity('server-localhost', 'ca-issuing'),
  ca: [vector('ca-root'), vector('ca-issuing')],
  requestCert: true,
  rejectUnauthorized: false,
}

const shown = ({ clientId, subject, scopes }: AccessToken) => ({ clientId, subject, scopes })

type Start = (resource: ProtectedResource, rules: readonly string[] | RouteRules) => Promise<Listening>

const listed = (rules: readonly string[] | RouteRules) => ('length' in rules ? rules : ([rules] as const))

/** On a busy machine more than five seconds, Node's default, can pass between two requests. */
const https = (listener: RequestListener) =>
  listen(createServer({ ...TLS, keepAliveTimeout: 60_000 }, listener))

/** The listener of an app on Node, as @hono/node-server makes it. */
export function honoListener(app: Hono): RequestListener {
  return (incoming, outgoing) => {
    const headers = new Headers()
    for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
      for (const value of values) headers.append(name, value)
    }
    const method = incoming.method ?? 'GET'
    const request = new Request(`https://localhost${incoming.url ?? ''}`, { method, headers })
    void Promise.resolve(app.fetch(request, { incoming, outgoing })).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(await response.text())
    })
  }
}

/** Starts a server with one protected resource, `/accounts`, and its metadata if there are any: one kind of server for each adapter. */
export const SERVERS: Readonly<Record<string, Start>> = {
  'node:https': (resource, rules) => {
    const accounts = onNode.requireToken(resource, rules, (_request, response, token) => {
      response.end(JSON.stringify(shown(token)))
    })
    return https(resource.metadata === undefined ? accounts : onNode.serveMetadata(resource, accounts))
  },

  Express: (resource, rules) => {
    const app = express()
    if (resource.metadata !== undefined) app.use(onExpress.serveMetadata(resource))
    app.all('/accounts', onExpress.requireToken(resource, ...listed(rules)), (request, response) => {
      response.json(shown(onExpress.tokenOf(request)))
    })
    return https(app)
  },

  Fastify: async (resource, rules) => {
    const app = fastify({ https: TLS })
    if (resource.metadata !== undefined) app.addHook('onRequest', onFastify.serveMetadata(resource))
    app.all('/accounts', { onRequest: onFastify.requireToken(resource, ...listed(rules)) }, (request) =>
      shown(onFastify.tokenOf(request)),
    )
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    return { port, close: () => app.close() }
  },

  Hono: (resource, rules) => {
    const app = new Hono()
    if (resource.metadata !== undefined) app.use(onHono.serveMetadata(resource))
    app.all('/accounts', onHono.requireToken(resource, ...listed(rules)), (c) =>
      c.json(shown(onHono.tokenOf(c))),
    )
    return https(honoListener(app))
  },
}

export interface Answered {
  readonly status: number
  readonly challenge: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface Identity {
  readonly cert: string
  readonly key: string
}

/** An identity, or a copied TLS session. */
export type Presented = Partial<Identity> & Pick<ConnectionOptions, 'session' | 'maxVersion'>

interface Asked {
  readonly path?: string
  readonly query?: string
  readonly method?: string
  readonly body?: string
  readonly agent?: Agent
}

/** Requests `/accounts` or another path over a new connection, unless an agent keeps connections. */
export function ask(
  { port }: Pick<Listening, 'port'>,
  headers: OutgoingHttpHeaders,
  presented: Presented = {},
  { path = '/accounts', query = '', method = 'GET', body = '', agent }: Asked = {},
): Promise<Answered> {
  const options = {
    host: 'localhost',
    port,
    path: `${path}${query}`,
    method,
    headers,
    agent: agent ?? false,
    ca: vector('ca-root'),
  }
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, ...presented }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({
          status,
          challenge: headers['www-authenticate'],
          headers,
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
    request.once('error', reject)
    request.end(body)
  })
}
