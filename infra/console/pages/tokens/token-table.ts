import { isJsonObject } from '../../../../shared/json.ts'
import { html, type Markup } from '../../../markup.ts'
import { wideTable } from '../../table.ts'
import type { ConsoleRequest } from '../../page.ts'
import { type Members, requireDone } from '../../web-api.ts'
import { addressOf } from '../clients/filter.ts'
import { moment, shortened } from '../../words.ts'

const PAGE_SIZE = 20
const HEADS = ['Token ID', 'Holder', 'Scopes', 'Bound to', 'Issued', 'Expires', 'Revoke']

/** A page of the list of tokens. */
export interface TokenPage {
  readonly tokens: readonly Members[]
  readonly total: number
  /** Counted from 1. */
  readonly page: number
}

/** @param holder a client, a subject, or both */
export async function readTokens(
  { api, query }: ConsoleRequest,
  holder: { readonly clientIdentifier?: string; readonly subject?: string },
): Promise<TokenPage> {
  const asked = Number(query.get('page'))
  const page = Number.isSafeInteger(asked) && asked > 0 && asked < 1_000_000 ? asked : 1
  const range = { start: String((page - 1) * PAGE_SIZE), end: String(page * PAGE_SIZE) }
  const { accessTokens, totalCount } = requireDone(
    await api.get('/auth/token/get/list', { ...holder, ...range }),
  )
  const tokens = Array.isArray(accessTokens) ? accessTokens.filter(isJsonObject) : []
  return { tokens, total: Number(totalCount), page }
}

/** The tokens, each with a button that asks before it revokes. */
export function tokenTable({ tokens, total, page }: TokenPage, request: ConsoleRequest): Markup {
  if (tokens.length === 0)
    return html`<p>
      ${page === 1 ? 'There are no tokens.' : 'There are no tokens on this page.'}
      ${others(page, total, request)}
    </p>`
  const first = (page - 1) * PAGE_SIZE + 1
  return html`<p>Tokens ${first} to ${first + tokens.length - 1} of ${total}.</p>
    ${wideTable(
      { label: 'Tokens' },
      HEADS,
      tokens.map((token) => row(token, request)),
      'cards',
    )}
    ${others(page, total, request)}`
}

function row(token: Members, request: ConsoleRequest): Markup {
  const { params, csrf, now } = request
  const { accessTokenHash, subject, grantType, scopes, clientId, createdAt, lastRefreshedAt } = token
  const id = String(accessTokenHash)
  const client = html`<a href="/${params['serviceId'] ?? ''}/clients/${Number(clientId)}/tokens"
    >client ${Number(clientId)}</a
  >`
  return html`<tr>
    <th scope="row">${shortened(id, 'the identifier of the token')}</th>
    <td data-head="Holder">
      ${params['clientId'] === undefined ? client : typeof subject === 'string' ? subjectLink(subject, request) : 'the client itself'}
      <span class="detail">${String(grantType)}</span>
    </td>
    <td data-head="Scopes">
      ${Array.isArray(scopes) ? scopes.map((scope) => html`<code>${String(scope)}</code> `) : 'none'}
    </td>
    <td data-head="Bound to">${boundTo(token)}</td>
    <td data-head="Issued">${issued(createdAt, lastRefreshedAt, now)}</td>
    <td data-head="Expires">${ends(token, now)}</td>
    <td>
      <form method="post">
        ${csrf}<input type="hidden" name="token" value="${id}" />
        <button name="step" value="ask-token">Revoke<span class="hidden"> token ${id}</span></button>
      </form>
    </td>
  </tr>`
}

function subjectLink(subject: string, { params }: ConsoleRequest): Markup {
  const href = `/${params['serviceId'] ?? ''}/tokens?${new URLSearchParams({ subject }).toString()}`
  return html`<a href="${href}">${subject}</a>`
}

/** A token without a thumbprint can be used by anyone who obtains it. */
function boundTo({ certificateThumbprint, dpopKeyThumbprint }: Members): Markup {
  if (typeof certificateThumbprint === 'string')
    return html`certificate ${shortened(certificateThumbprint, 'the thumbprint of the certificate')}`
  if (typeof dpopKeyThumbprint === 'string')
    return html`DPoP key ${shortened(dpopKeyThumbprint, 'the thumbprint of the key')}`
  return html`<span class="no">not bound</span>`
}

function issued(createdAt: unknown, lastRefreshedAt: unknown, now: Date): Markup {
  const refreshed = Number(lastRefreshedAt)
  return html`${moment(Number(createdAt), now)}${
    refreshed > 0 && html`<span class="detail">refreshed ${moment(refreshed, now)}</span>`
  }`
}

function ends({ accessTokenExpiresAt, refreshTokenExpiresAt }: Members, now: Date): Markup {
  const refresh = Number(refreshTokenExpiresAt)
  return html`${moment(Number(accessTokenExpiresAt), now)}${
    refresh > 0 && html`<span class="detail">refresh token: ${moment(refresh, now)}</span>`
  }`
}

/** Links to the other pages of the list. */
function others(page: number, total: number, { here }: ConsoleRequest): Markup | undefined {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE))
  if (last === 1 && page === 1) return undefined
  const { pathname, searchParams } = new URL(here, 'http://localhost')
  const link = (to: number, label: string) =>
    html`<a
      class="button"
      href="${addressOf(pathname, { ...Object.fromEntries(searchParams), page: String(to) })}"
      >${label}</a
    >`
  return html`<nav class="actions" aria-label="Pages">
    ${page > 1 && link(Math.min(page - 1, last), 'Previous page')}
    ${page < last && link(page + 1, 'Next page')}
  </nav>`
}
