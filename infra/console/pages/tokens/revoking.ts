import { html, type Markup } from '../../../markup.ts'
import type { Answer, ConsoleRequest, Crumb, Page } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { requireDone } from '../../web-api.ts'

/** What somebody is about to revoke, in the words of `/auth/token/revoke`. */
export interface Revocation {
  readonly call: Readonly<Record<string, string>>
  readonly title: string
  /** What ends. */
  readonly what: Markup
  /** What the form of the confirmation sends again. */
  readonly fields: Readonly<Record<string, string>>
}

/** Says what ends and when, and revokes only what was confirmed. */
export function confirmation(
  { title, what, fields }: Revocation,
  request: ConsoleRequest,
  crumbs: readonly Crumb[],
  isUnfinished = false,
): Page {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const more = 'There are very many. Send it again: it goes on where it stopped.'
  const main = html`${isUnfinished && problemBox('Not finished.', more)}
    <p>${what}</p>
    ${whenAndWhere(request)}
    <form method="post" class="actions">
      ${request.csrf}${hidden}
      <a class="button" href="${request.here}">Cancel</a>
      <button class="danger" name="step" value="revoke">${title}</button>
    </form>`
  return { title, main, crumbs, status: isUnfinished ? 503 : 200 }
}

/** The store is read with each introspection, so nothing is cached. */
function whenAndWhere({ service }: ConsoleRequest): Markup {
  const isJwt = service?.record['accessTokenSignAlg'] !== undefined
  return html`<p>
    <strong>When and where:</strong> with the next request, at introspection and at every resource server that
    asks. It cannot be undone.
    ${
      isJwt &&
      'A resource server that verifies JWTs offline accepts a JWT until its end, which the list shows.'
    }
  </p>`
}

const UNFINISHED = 503

/** Revokes, and leads back to the list. */
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

/** One token, named by its identifier, which is no token. */
export function ofToken(id: string): Revocation {
  return {
    call: { accessTokenIdentifier: id },
    title: 'Revoke the token',
    what: html`The access token <code>${id}</code> ends, and with it its refresh token. Other tokens stay.`,
    fields: { token: id },
  }
}

/** @param client its name and number; all clients without it */
export function ofSubject(
  subject: string,
  client?: { readonly clientId: string; readonly name: string },
): Revocation {
  const at = client === undefined ? html`at all clients` : html`at the client <strong>${client.name}</strong>`
  return {
    call: { ...(client && { clientIdentifier: client.clientId }), subject },
    title: 'Revoke all of the subject',
    what: html`All access and refresh tokens of <strong>${subject}</strong> ${at} end, on all pages of the
      list. New ones can be issued at once. A token that is issued in the same moment may be missed: look at
      the list again.`,
    fields: { subject },
  }
}
