import type { SanKind } from '../../../../shared/certificate/subject-alternative-names.ts'
import { html, type Markup } from '../../../markup.ts'
import { moment } from '../../words.ts'
import type { CertificateDetails, CertificateFacts } from './facts.ts'

const SAN_NAMES: readonly (readonly [kind: SanKind, name: string])[] = [
  ['dns', 'DNS name'],
  ['uri', 'URI'],
  ['ip', 'IP address'],
  ['email', 'Email address'],
]

/** The content of a certificate, and the thumbprint that tokens are bound to. */
export function factsSection({ thumbprint, pem, details }: CertificateFacts, now: Date): Markup {
  return html`<h2>The certificate</h2>
    <dl class="facts">
      <dt>Thumbprint <code>x5t#S256</code></dt>
      <dd>
        <code>${thumbprint}</code>
        <button type="button" class="quiet" data-copy="${thumbprint}" aria-label="Copy the thumbprint">
          Copy
        </button>
      </dd>
      ${details !== undefined && rows(details, now)}
    </dl>
    ${
      details === undefined &&
      html`<p class="warning">
        The rest of it cannot be parsed. Tokens can be bound to it, but clients cannot authenticate with it.
      </p>`
    }
    <details>
      <summary>PEM</summary>
      <pre tabindex="0"><code>${pem}</code></pre>
      <p><button type="button" data-copy="${pem}">Copy the PEM</button></p>
    </details>`
}

function rows(details: CertificateDetails, now: Date): Markup {
  const { subject, issuer, serial, notBefore, notAfter, key, extendedKeyUsage, san, isSelfIssued } = details
  const names = SAN_NAMES.flatMap(([kind, name]) => san[kind].map((value) => [name, value] as const))
  return html`<dt>Subject</dt>
    <dd>${subject === '' ? 'none' : code(subject)}</dd>
    <dt>Alternative names</dt>
    <dd>
      ${
        names.length === 0
          ? 'none'
          : html`<ul>
              ${names.map(([name, value]) => html`<li>${name}: ${code(value)}</li>`)}
            </ul>`
      }
    </dd>
    <dt>Issuer</dt>
    <dd>${isSelfIssued ? 'itself' : code(issuer)}</dd>
    <dt>Serial number</dt>
    <dd>${code(serial)}</dd>
    <dt>Valid from</dt>
    <dd>
      ${moment(notBefore, now)}${notBefore > now.getTime() && html` <span class="no">not yet valid</span>`}
    </dd>
    <dt>Valid to</dt>
    <dd>${moment(notAfter, now)}${notAfter < now.getTime() && html` <span class="no">expired</span>`}</dd>
    <dt>Key</dt>
    <dd>${key}</dd>
    <dt>Extended key usage</dt>
    <dd>${extendedKeyUsage.length === 0 ? 'none: any' : extendedKeyUsage.join(', ')}</dd>`
}

const code = (text: string) => html`<code>${text}</code>`
