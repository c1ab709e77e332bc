import { html, type Markup } from '../../../markup.ts'
import { isIssuedByOneOf } from '../../../../shared/certificate/issuer.ts'
import { readX509, subjectOf } from '../../certificate-file.ts'
import type { ConsoleRequest } from '../../page.ts'
import { yesOrNo } from '../../words.ts'
import type { CertificateFacts } from '../certificate/facts.ts'
import { factsSection } from '../certificate/facts-section.ts'
import { chosenName, type ReadDraft } from './draft.ts'

/** The names or the key in the dropped certificate for a new client, and whether the trust store must change. */
export function aboutCertificate(
  request: ConsoleRequest,
  form: URLSearchParams,
  read: ReadDraft,
): Markup | undefined {
  const isRead = read.facts?.details !== undefined
  return html`${aboutName(request, form, read)}
  ${isRead && html`<div data-for="certificates">${aboutSelfSigned(read)}</div>`}`
}

/** The names in the dropped certificate to choose from, and whether the trust store must change. */
export function aboutName(
  request: ConsoleRequest,
  form: URLSearchParams,
  read: ReadDraft,
): Markup | undefined {
  const { fault, facts, names } = read
  if (fault !== undefined) return html`<p class="error">${fault}</p>`
  if (facts === undefined) return undefined
  const { details, others } = facts
  if (details === undefined)
    return html`<p class="error">
      A part of this certificate cannot be read, so no client can be registered with it.
    </p>`
  const chosen = chosenName(form, names)
  return html`${
      others.length > 0 &&
      html`<p>
        The file contains a chain. The certificate of the client is its leaf. The others are left out:
        ${others.map((der) => html`<code>${subjectOf(readX509(der))}</code> `)}
      </p>`
    }
    ${factsSection(facts, request.now)}
    <fieldset data-for="name">
      <legend>Which name identifies the client?</legend>
      ${names.map(
        ({ value, label, text }) =>
          html`<label class="tick">
            <input
              type="radio"
              name="certificateName"
              value="${value}"
              ${value === chosen?.value && html`checked`}
            />
            <span>${label}<br /><code>${text}</code></span>
          </label>`,
      )}
      ${names.length === 0 && html`<p class="error">It contains no name with which a client can be registered.</p>`}
    </fieldset>
    <div data-for="name">${aboutAuthority(request, facts)}</div>`
}

/** API Gateway decides which clients can connect. The console cannot read its trust store. */
function aboutAuthority({ service }: ConsoleRequest, { der, details }: CertificateFacts): Markup {
  const issuers = service?.record['clientCertificateIssuers']
  const isListed = Array.isArray(issuers) && isIssuedByOneOf(der, issuers.map(String))
  return html`<h3>Must the trust store change?</h3>
    <p>
      Only if it does not yet contain the authority <code>${details?.issuer}</code>. Then add the file of the
      authority to <code>trustStore</code> in <code>certbound.jsonc</code>, and run
      <code>npm run provision</code>: it shows the difference and asks. With <code>npm start</code>, restart
      it with <code>--truststore FILE</code>.
    </p>
    ${
      Array.isArray(issuers) &&
      html`<p>
        ${yesOrNo(isListed)} The service accepts only certificates of its listed issuers
        (<code>clientCertificateIssuers</code>), and
        ${isListed ? 'one of them issued this certificate.' : 'none of them issued this one, so the client would be refused.'}
      </p>`
    }
    ${
      service?.record['clientCertificateUsage'] === 'clientAuth' &&
      details?.isForClients === false &&
      html`<div class="warning">
        <strong>This certificate is not made for clients.</strong> Its extended key usage is
        ${details.extendedKeyUsage.join(', ')}, so the service would refuse it
        (<code>clientCertificateUsage</code>). Let the authority issue one with client authentication.
      </div>`
    }`
}

/** The consequences of a certificate in a key set for the trust store. */
export function aboutSelfSigned({ keySet, canIssue }: Pick<ReadDraft, 'keySet' | 'canIssue'>): Markup {
  if (keySet === undefined)
    return html`<p class="error">
      The key of this certificate cannot be written as a JWK, so it cannot be registered.
    </p>`
  return html`<p>The certificate and its public key become the key set of the client (<code>jwks</code>).</p>
    ${
      canIssue &&
      html`<div class="warning">
        <strong>This certificate can issue others.</strong> If it is in the trust store, its holder can make
        certificates with other names. The client should make one with
        <code>basicConstraints=critical,CA:FALSE</code>.
      </div>`
    }
    <h3>Must the trust store change?</h3>
    <p>
      ${yesOrNo(true)} API Gateway refuses unknown certificates. Add the file to
      <code>clientCertificates</code> in <code>certbound.jsonc</code>, and run <code>npm run provision</code>:
      it shows the difference and asks.
    </p>`
}
