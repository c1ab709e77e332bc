import { Agent } from 'node:https'
import { mutualTlsRequest } from '../../../../infra/connections/mutual-tls-request.ts'
import type { Received, Sent } from '../../../support/gateway.ts'
import { identity, vector } from '../tls-client.ts'
import type { PackagedSite } from './packaged-site.ts'

/** Certificates of test/vectors that have their keys beside them. */
const WITH_KEYS = ['client-ec-p256', 'client-ec-p256-renewed', 'client-other', 'client-rsa-2048']

/**
 * Sends the requests of tests over real connections: those with a certificate to the mutual-TLS domain, where the client
 * proves that it has the key, the others to the plain domain.
 */
export function overTheWire({ mtlsUrl, webApiUrl, certificates }: PackagedSite) {
  const agents = new Map<string, Agent>()
  /** A handshake costs more than a request, so each client keeps its connection. */
  const agentOf = (certificate: string): Agent => {
    const kept = agents.get(certificate)
    if (kept !== undefined) return kept
    const agent = new Agent({ ca: certificates.ca.cert, ...identityOf(certificate), keepAlive: true })
    agents.set(certificate, agent)
    return agent
  }
  return async (sent: Sent): Promise<Received> => {
    const path = sent.route.replaceAll(/\{(\w+)\}/g, (_, name: string) => sent.pathParameters?.[name] ?? '')
    const headers = Object.fromEntries(
      Object.entries(sent.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    const body = sent.body?.toString()
    if (sent.certificate === undefined) {
      const { method = 'POST' } = sent
      const answer = await fetch(webApiUrl + path, { method, headers, ...(body !== undefined && { body }) })
      return received(answer.status, Object.fromEntries(answer.headers), await answer.text())
    }
    const form = body === undefined ? {} : { form: body }
    const answer = await mutualTlsRequest(mtlsUrl + path, agentOf(sent.certificate), { ...form, headers })
    const single = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return received(answer.status, Object.fromEntries(single) as Received['headers'], answer.text)
  }
}

function received(status: number, headers: Received['headers'], text: string): Received {
  return { status, headers, text, json: JSON.parse(text || '{}') as Record<string, unknown> }
}

function identityOf(certificate: string) {
  const name = WITH_KEYS.find((known) => vector(known) === certificate)
  if (name === undefined) throw new Error('nobody has the key of this certificate')
  return identity(name)
}
