import { html, type Markup } from '../../markup.ts'
import { table } from '../table.ts'
import type { Answer, ConsoleRequest, Route } from '../page.ts'
import { type Members, requireDone } from '../web-api.ts'
import { BINDING_SWITCH } from './clients/binding.ts'

const MAX_SERVICES = 1000

/** The list of all services, for the organization's token. */
async function services({ deployment, isOrganization }: ConsoleRequest): Promise<Answer> {
  if (!isOrganization) return { location: '/' }
  const answer = await deployment.get('/service/get/list', { start: '0', end: String(MAX_SERVICES) })
  const list = requireDone(answer)['services']
  const rows = (Array.isArray(list) ? (list as Members[]) : []).map(row)
  const main = html`<p>Choose a service.</p>
    ${table(['Name', 'Number', 'Issuer', 'Tokens can be bound'], rows)}
    ${rows.length === 0 && html`<p>There are no services yet. <code>npm run provision</code> creates the first one.</p>`}`
  return { title: 'Services', main, wide: true }
}

function row({ apiKey, serviceName, issuer, [BINDING_SWITCH]: isBound }: Members): Markup {
  const id = String(apiKey)
  return html`<tr>
    <td><a href="/${id}">${typeof serviceName === 'string' ? serviceName : `Service ${id}`}</a></td>
    <td><code>${id}</code></td>
    <td><code>${String(issuer)}</code></td>
    <td>${isBound === true ? 'yes' : 'no'}</td>
  </tr>`
}

export const SERVICE_LIST: readonly Route[] = [
  { method: 'GET', path: '/services', needs: 'nothing', handle: services },
]
