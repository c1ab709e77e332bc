import { html, type Markup } from '../../markup.ts'
import type { ConsoleRequest, Need, Page } from '../page.ts'
import { ApiProblem, ApiUnreachable } from '../web-api.ts'

/** The page for a path that does not exist, or not for this credential. */
export function unknownPage(): Page {
  const main = html`<p><a href="/">Go to the first page.</a></p>`
  return { title: 'Page not found', status: 404, main }
}

export function unexpectedPage(): Page {
  const main = html`<p>
    The console failed. It is not known whether anything was changed. Its terminal shows the cause.
  </p>`
  return { title: 'The console failed', status: 500, main }
}

/** The page about a call of the Web API that was refused or not answered; `undefined` for any other error. */
export function pageOfFailure(error: unknown, baseUrl: string): Page | undefined {
  if (error instanceof ApiUnreachable) {
    const main = html`<p>
      The Web API at <code>${baseUrl}</code> does not answer (<code>${error.message}</code>). Check that the
      deployment is running and, if TLS fails, the CA file (<code>--ca</code>).
      ${
        error.isChange
          ? 'It is not known whether the change was made.'
          : html`Nothing was changed. <a href="">Open the page again.</a>`
      }
    </p>`
    return { title: 'No answer', status: 502, main }
  }
  if (!(error instanceof ApiProblem)) return undefined
  const { status, json } = error.answer
  const message = typeof json['resultMessage'] === 'string' ? json['resultMessage'] : `HTTP ${status}`
  const main = html`<p>The Web API refused the call:</p>
    <p><code>${message}</code></p>
    ${
      status === 401 &&
      html`<p>
        The credential of the console was withdrawn or has expired. Restart the console with another one.
      </p>`
    }`
  return { title: status === 404 ? 'Not found' : 'Refused', status: status === 404 ? 404 : 502, main }
}

/** A form with the input, to be sent again, so that nothing is lost. */
export function keptForm(form: URLSearchParams, csrf: Markup): Markup {
  const fields = [...form].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<p>This page kept your input.</p>
    <form method="post" data-unsaved>${csrf}${fields}<button class="first">Send it again</button></form>`
}

/** The page for a credential that lacks a required right. */
export function refusedByRole(needs: Need, request: ConsoleRequest): Page | undefined {
  const { params, service, isOrganization } = request
  if (needs === 'nothing' || params['serviceId'] === undefined) return undefined
  if (service === undefined) {
    const main = html`<p>
      The credential of this console has a smaller role than <code>manage</code>, so the Web API neither shows
      it settings nor accepts changes. The pages that are links in the navigation are available.
    </p>`
    return { title: 'Needs the role manage', status: 403, main }
  }
  if (needs !== 'tokens' || !isOrganization) return undefined
  const main = html`<p>
    The organization’s token manages services and their clients. It cannot issue or read tokens. For this
    page, start the console with a credential of this service (role <code>manage</code>).
  </p>`
  return { title: 'Needs a credential of the service', status: 403, main }
}
