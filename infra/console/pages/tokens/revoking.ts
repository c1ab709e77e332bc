import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Crumb, Page } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { whenAndWhere } from '../clients/danger.ts'
import { requireDone } from '../../web-api.ts'

/** A revocation that awaits confirmation. `call` is the body of `/auth/token/revoke`. */
export interface Revocation {
  readonly call: Readonly<Record<string, string>>
  readonly title: string
  /** A description of what will be revoked. */
  readonly what: Markup
  /** The hidden fields of the confirmation. */
  readonly fields: Readonly<Record<string, string>>
}

/** The page that describes a revocation and asks for its confirmation. */
export function confirmation(
  { title, what, fields }: Revocation,
  request: ConsoleRequest,
  crumbs: readonly Crumb[],
  isUnfinished = false,
): Page {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const more = 'There are too many tokens for one call. Send it again to continue.'
  const main = html`${isUnfinished && problemBox('Not finished.', more)}
    <p>${what}</p>
    ${whenAndWhere(request, 'the list shows when')}
    <p>This cannot be undone.</p>
    <form method="post" class="actions">
      ${request.csrf}${hidden}
      <a class="button" href="${request.here}">Cancel</a>
      <button class="danger" name="step" value="revoke">${title}</button>
    </form>`
  return { title, main, crumbs, status: isUnfinished ? 503 : 200 }
}

const UNFINISHED = 503

/** Revokes the tokens and redirects to the list. */
export async function revoke(
  revocation: Revocation,
  request: ConsoleRequest,
  crumbs: readonly Crumb[],
): Promise<Answer> {
  const answer = await request.api.post('/auth/token/revoke', revocation.call)
  if (answer.status === UNFINISHED) return confirmation(revocation, request, crumbs, true)
  const { count } = requireDone(answer)
  const notice = `Revoked: ${Number(count)} ${count === 1 ? 'grant has' : 'grants have'} ended, each with its access and refresh token.`
  return { location: request.here, notice }
}

/** The revocation of one token. The identifier is not the token itself. */
export function ofToken(id: string): Revocation {
  return {
    call: { accessTokenIdentifier: id },
    title: 'Revoke the token',
    what: html`The access token <code>${id}</code> and its refresh token are revoked. Other tokens remain
      valid.`,
    fields: { token: id },
  }
}

/** @param client its name and number; if absent, the revocation is for all clients */
export function ofSubject(
  subject: string,
  client?: { readonly clientId: string; readonly name: string },
): Revocation {
  const at = client === undefined ? html`at all clients` : html`at the client <strong>${client.name}</strong>`
  return {
    call: { ...(client && { clientIdentifier: client.clientId }), subject },
    title: 'Revoke all tokens of the subject',
    what: html`All access and refresh tokens of <strong>${subject}</strong> ${at} are revoked, on all pages of
      the list. New ones can be issued at once. A token that is issued at the same time may be missed: check
      the list again.`,
    fields: { subject },
  }
}
