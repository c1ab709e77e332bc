import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import type { CertificateFacts } from './facts.ts'

/** The questions about the clients of the service. Each is asked only on demand. */
export function questions(facts: CertificateFacts, request: ConsoleRequest): Markup {
  const { service, form, isOrganization } = request
  if (service === undefined)
    return html`<h2>Which clients would it authenticate?</h2>
      <p>This requires a credential with the role <code>manage</code>.</p>`
  return html`${!isOrganization && inUse(facts, request)}
    <h2>Which clients would it authenticate?</h2>
    <p>
      The answer follows the rules of the token endpoint and the current settings. In addition, the trust
      store of the deployment must contain an issuer of the certificate; the console cannot read the trust
      store.
    </p>
    <form method="post">
      ${carried(facts, request)}
      <p class="field">
        <label for="search">Only clients whose name, alias or number contains (if empty, all)</label>
        <input id="search" name="search" maxlength="200" value="${form.get('search') ?? ''}" />
      </p>
      <p class="actions"><button name="step" value="all">Find the clients</button></p>
    </form>
    <form method="post">
      ${carried(facts, request)}
      <p class="field">
        <label for="client">One client, by its number or alias</label>
        <input id="client" name="client" required autocomplete="off" value="${form.get('client') ?? ''}" />
      </p>
      <p class="actions"><button name="step" value="one">Explain</button></p>
    </form>`
}

/** Leads to the page that shows the clients and tokens of the certificate. Nothing is revoked before it. */
function inUse({ thumbprint }: CertificateFacts, { csrf, params }: ConsoleRequest): Markup {
  return html`<h2>Which clients use it?</h2>
    <p>
      The answer has the clients that have bound tokens to it, and these tokens. It also is the page on which
      you can revoke the certificate.
    </p>
    <form method="post" action="/${params['serviceId'] ?? ''}/revocations">
      ${csrf}<input type="hidden" name="thumbprint" value="${thumbprint}" />
      <p class="actions"><button name="step" value="ask">Show its clients and tokens</button></p>
    </form>`
}

/** The hidden fields of every further question. */
export function carried({ pem }: CertificateFacts, { csrf }: ConsoleRequest): Markup {
  return html`${csrf}<input type="hidden" name="certificate" value="${pem}" />`
}
