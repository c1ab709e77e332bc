import { html, type Markup } from '../../../markup.ts'
import { METHODS } from '../../settings/methods.ts'
import type { Members } from '../../web-api.ts'
import { clientBinding } from '../clients/binding.ts'
import { addressOf } from '../clients/filter.ts'

/** How many clients get bound and unbound tokens, in words and as a bar for each method. Each part links to the list of its clients. */
export function bindingBars(root: string, service: Members, clients: readonly Members[]): Markup {
  const rows = [...METHODS.keys()].flatMap((method) => {
    const those = clients.filter(({ tokenAuthMethod }) => tokenAuthMethod === method)
    const bound = those.filter((client) => clientBinding(service, client).isBound).length
    return those.length === 0 ? [] : [{ method: String(method), bound, unbound: those.length - bound }]
  })
  const most = Math.max(...rows.map(({ bound, unbound }) => bound + unbound))
  return html`<ul class="bars">
    ${rows.map(({ method, bound, unbound }) => {
      const to = (show: string) => addressOf(root, { show, method })
      const part = (show: string, from: number, count: number) =>
        count > 0 &&
        html`<a href="${to(show)}" tabindex="-1"
          ><rect class="${show}" x="${percent(from / most)}" width="${percent(count / most)}" height="100%"
        /></a>`
      const link = (show: string, count: number) =>
        count > 0 &&
        html`<a href="${to(show)}">${count} ${show}<span class="hidden"> with ${method}</span></a>`
      return html`<li>
        <code>${method}</code> ${link('bound', bound)} ${link('unbound', unbound)}
        <svg width="100%" height="16" aria-hidden="true">
          ${part('bound', 0, bound)}${part('unbound', bound, unbound)}
        </svg>
      </li>`
    })}
  </ul>`
}

/** @param part a number from 0 to 1 */
export function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`
}
