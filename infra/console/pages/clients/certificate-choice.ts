import { X509Certificate } from 'node:crypto'
import { html, type Markup } from '../../../markup.ts'
import type { ConsoleRequest } from '../../page.ts'
import { moment, shortened, yesOrNo } from '../../words.ts'
import type { CertificateFacts } from '../certificate/facts.ts'
import type { ReadDraft } from './draft.ts'

/** The names in the dropped certificate to choose from, and whether the trust store must change. */
export function aboutCertificate(
  request: ConsoleRequest,
  form: URLSearchParams,
  read: ReadDraft,
): Markup | undefined {
  const { fault, facts, names } = read
  if (fault !== undefined) return html`<p class="error">${fault}</p>`
  if (facts === undefined) return undefined
  const { details, thumbprint } = facts
  if (details === undefined)
    return html`<p class="error">
      A part of this certificate cannot be read, so no client can be registered with it.
    </p>`
  const isChosen = (value: string) => form.get('certificateName') === value
  return html`<dl class="facts">
      <dt>Thumbprint</dt>
      <dd>${shortened(thumbprint, 'the thumbprint')}</dd>
      <dt>Issuer</dt>
      <dd><code>${details.issuer}</code>${details.isSelfIssued && ' (self-signed)'}</dd>
      <dt>Ends</dt>
      <dd>${moment(details.notAfter, request.now)}</dd>
    </dl>
    <fieldset data-for="name">
      <legend>Which name identifies the client?</legend>
      ${names.map(
        ({ value, label, text }) =>
          html`<label class="tick">
            <input type="radio" name="certificateName" value="${value}" ${isChosen(value) && html`checked`} />
            <span>${label}<br /><code>${text}</code></span>
          </label>`,
      )}
      ${names.length === 0 && html`<p class="error">It contains no name with which a client can be registered.</p>`}
    </fieldset>
    <div data-for="name">${aboutAuthority(request, facts)}</div>
    <div data-for="certificates">${aboutSelfSigned(read)}</div>`
}

/** API Gateway decides which clients can connect. The console cannot read its trust store. */
function aboutAuthority({ service }: ConsoleRequest, { der, details }: CertificateFacts): Markup {
  const issuers = service?.record['clientCertificateIssuers']
  const isListed = Array.isArray(issuers) && issuers.some((pem) => hasIssued(String(pem), der))
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
    }`
}

function hasIssued(pem: string, der: Buffer): boolean {
  try {
    const [issuer, issued] = [new X509Certificate(pem), new X509Certificate(der)]
    return issued.checkIssued(issuer) && issued.verify(issuer.publicKey)
  } catch (error) {
    // OpenSSL throws many different errors.
    if (error instanceof Error) return false
    throw error
  }
}

function aboutSelfSigned({ keySet, canIssue }: ReadDraft): Markup {
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
