import { X509Certificate } from 'node:crypto'
import { request, type Agent } from 'node:https'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import { mutualTlsEdge, plainEdge, type EdgeOptions } from '../../../../infra/emulator/edge/edge.ts'
import type { Listening } from '../../../../infra/connections/listen.ts'
import type { LambdaHandler } from '../../../../infra/emulator/edge/route-match.ts'
import { identity, vector } from '../tls-client.ts'

/** The options of an edge with one route, `/echo`, whose handler keeps its events. */
export function echoSite(): EdgeOptions & { readonly events: APIGatewayProxyEventV2[] } {
  const events: APIGatewayProxyEventV2[] = []
  const echo = (event: unknown) => {
    events.push(event as APIGatewayProxyEventV2)
    return Promise.resolve({ statusCode: 200, body: 'let in' })
  }
  const onError = (error: unknown) => {
    throw error
  }
  const routes = new Map([['/echo', echo]])
  return {
    events,
    routes,
    onError,
    domainName: 'mtls.example.com',
    apiId: 'local',
  }
}

/** A mutual-TLS edge until the test ends. Its truststore: names of test/vectors/certs, or certificates. */
export async function edge(
  ...truststore: (string | X509Certificate)[]
): Promise<Listening & { readonly events: APIGatewayProxyEventV2[] }> {
  const site = echoSite()
  const listening = await mutualTlsEdge({
    ...site,
    ...identity('server-localhost', 'ca-issuing'),
    truststore: truststore.map((entry) =>
      typeof entry === 'string' ? new X509Certificate(vector(entry)) : entry,
    ),
  })
  onTestFinished(() => listening.close())
  return { ...listening, events: site.events }
}

/** @returns whether the request went over a connection that was there before */
export function overAgent(port: number, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/echo', servername: 'localhost', agent })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      response.once('end', () => resolve(outgoing.reusedSocket)).resume()
    })
    outgoing.end()
  })
}

/** A plain edge with one handler behind every route, until the test ends. */
export async function served(handler: LambdaHandler) {
  const errors: unknown[] = []
  const routes = new Map(['/token', '/api/{serviceId}/auth/token'].map((route) => [route, handler]))
  const site = { routes, domainName: 'api.example.com', apiId: 'local' }
  const { port, close } = await plainEdge({ ...site, onError: (error) => errors.push(error) })
  onTestFinished(close)
  return { port, errors }
}
