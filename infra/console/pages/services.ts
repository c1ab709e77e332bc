import { html, type Markup } from '../../markup.ts'
import { table } from '../table.ts'
import type { Answer, ConsoleRequest, Route } from '../page.ts'
import { requireDone } from '../web-api.ts'

const MAX_SERVICES = 1000

/** The list of all services, for the organization's token. */
async function services({ deployment, isOrganization }: ConsoleRequest): Promise<Answer> {
  if (!isOrganization) return { location: '/' }
  const answer = await deployment.get('/service/get/list', { start: '0', end: String(MAX_SERVICES) })
  const list = requireDone(answer)['services']
  const rows = (Array.isArray(list) ? list : []).map(row)
  const main = html`<p>Choose a service.</p>
    ${table(['Name', 'Number', 'Issuer', 'Tokens can be bound'], rows)}
    ${rows.length === 0 && html`<p>There are no services yet. <code>npm run provision</code> creates the first one.</p>`}`
  return { title: 'Services', main, wide: true }
}

interface ServiceItem {
  readonly apiKey: number
  readonly serviceName?: string
  readonly issuer: string
  readonly tlsClientCertificateBoundAccessTokens: boolean
}

function row(service: ServiceItem): Markup {
  const { apiKey, serviceName, issuer, tlsClientCertificateBoundAccessTokens: isBound } = service
  return html`<tr>
    <td><a href="/${apiKey}">${serviceName ?? `Service ${apiKey}`}</a></td>
    <td><code>${apiKey}</code></td>
    <td><code>${issuer}</code></td>
    <td>${isBound ? 'yes' : 'no'}</td>
  </tr>`
}

export const SERVICE_LIST: readonly Route[] = [
  { method: 'GET', path: '/services', needs: 'nothing', handle: services },
]
