import { mutualTlsRequest } from '../../../../infra/emulator/mutual-tls-request.ts'
import type { Received, Sent } from '../../../support/gateway.ts'
import { identity, vector } from '../tls-client.ts'
import type { PackagedSite } from './packaged-site.ts'

/** Certificates of test/vectors whose keys are there too. */
const WITH_KEYS = ['client-ec-p256', 'client-ec-p256-renewed', 'client-other', 'client-rsa-2048']

/**
 * Sends what tests write as requests over real connections: with a certificate to the mutual-TLS domain, where the
 * client proves that it has its key, without one to the plain domain.
 */
export function overTheWire({ mtlsUrl, webApiUrl, certificates }: PackagedSite) {
  return async (sent: Sent): Promise<Received> => {
    const path = sent.route.replaceAll(/\{(\w+)\}/g, (_, name: string) => sent.pathParameters?.[name] ?? '')
    const headers = Object.fromEntries(
      Object.entries(sent.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    const body = sent.body?.toString()
    if (sent.certificate === undefined) {
      const { method = 'POST' } = sent
      const answer = await fetch(webApiUrl + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      })
      return received(answer.status, Object.fromEntries(answer.headers), await answer.text())
    }
    const tls = { ca: certificates.ca.certificate, ...identityOf(sent.certificate) }
    const form = body === undefined ? {} : { form: body }
    const answer = await mutualTlsRequest(mtlsUrl + path, tls, { ...form, headers })
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
