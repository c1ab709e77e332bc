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
import { identity, vector } from '../infra/emulator/tls-client.ts'

/** Clients without a trusted certificate can connect, so that only the check can refuse them. */
const TLS = {
  ...identity('server-localhost', 'ca-issuing'),
  ca: [vector('ca-root'), vector('ca-issuing')],
  requestCert: true,
  rejectUnauthorized: false,
}

const shown = ({ clientId, subject, scopes }: AccessToken) => ({ clientId, subject, scopes })

type Start = (resource: ProtectedResource, scopes: readonly string[]) => Promise<Listening>

const https = (listener: RequestListener) => listen(createServer(TLS, listener))

/** Starts a server with one protected resource, `/accounts`: one kind of server for each adapter. */
export const SERVERS: Readonly<Record<string, Start>> = {
  'node:https': (resource, scopes) =>
    https(
      onNode.requireToken(resource, scopes, (_request, response, token) => {
        response.end(JSON.stringify(shown(token)))
      }),
    ),

  Express: (resource, scopes) => {
    const app = express()
    app.all('/accounts', onExpress.requireToken(resource, ...scopes), (request, response) => {
      response.json(shown(onExpress.tokenOf(request)))
    })
    return https(app)
  },

  Fastify: async (resource, scopes) => {
    const app = fastify({ https: TLS })
    app.all('/accounts', { onRequest: onFastify.requireToken(resource, ...scopes) }, (request) =>
      shown(onFastify.tokenOf(request)),
    )
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    return { port, close: () => app.close() }
  },

  Hono: (resource, scopes) => {
    const app = new Hono()
    app.all('/accounts', onHono.requireToken(resource, ...scopes), (c) => c.json(shown(onHono.tokenOf(c))))
    return https((incoming, outgoing) => {
      // As @hono/node-server does it.
      const headers = new Headers()
      for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
        for (const value of values) headers.append(name, value)
      }
      const request = new Request(`https://localhost${incoming.url ?? ''}`, { headers })
      void Promise.resolve(app.fetch(request, { incoming, outgoing })).then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers))
        outgoing.end(await response.text())
      })
    })
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
  readonly query?: string
  readonly method?: string
  readonly body?: string
  readonly agent?: Agent
}

/** Requests `/accounts` over a new connection, unless an agent keeps connections. */
export function ask(
  { port }: Pick<Listening, 'port'>,
  headers: OutgoingHttpHeaders,
  presented: Presented = {},
  { query = '', method = 'GET', body = '', agent }: Asked = {},
): Promise<Answered> {
  const path = `/accounts${query}`
  const options = {
    host: 'localhost',
    port,
    path,
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
