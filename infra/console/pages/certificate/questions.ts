import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import type { CertificateFacts } from './facts.ts'

/** What can be asked about the clients of the service. Each question is asked only on demand. */
export function questions(facts: CertificateFacts, request: ConsoleRequest): Markup {
  const { service, form } = request
  if (service === undefined)
    return html`<h2>Which clients would it authenticate?</h2>
      <p>That takes a credential with the role <code>manage</code>.</p>`
  return html`<h2>Which clients would it authenticate?</h2>
    <p>
      Judged by the rules of the token endpoint and the settings as they are now. Before these rules the
      certificate must lead to the trust store of the deployment, which the console does not see.
    </p>
    <form method="post">
      ${carried(facts, request)}
      <p class="field">
        <label for="search">Only clients whose name, alias or number contains (empty: all)</label>
        <input
          id="search"
          name="search"
          maxlength="200"
          autocomplete="off"
          value="${form.get('search') ?? ''}"
        />
      </p>
      <p class="actions"><button name="step" value="all">Look through the clients</button></p>
    </form>
    <form method="post">
      ${carried(facts, request)}
      <p class="field">
        <label for="client">One client, by its number or alias</label>
        <input id="client" name="client" required autocomplete="off" value="${form.get('client') ?? ''}" />
      </p>
      <p class="actions"><button name="step" value="one">Which rule says no?</button></p>
    </form>`
}

/** What every further question sends again. */
export function carried({ pem }: CertificateFacts, { csrf }: ConsoleRequest): Markup {
  return html`${csrf}<input type="hidden" name="certificate" value="${pem}" />`
}
