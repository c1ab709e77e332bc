import { html, type Markup } from '../../../markup.ts'
import { pemOf, readX509, subjectOf } from '../../certificate-file.ts'
import type { Answer, ConsoleRequest, Page, Route } from '../../page.ts'
import { problemBox } from '../../problem.ts'
import { refusedByRole } from '../failures.ts'
import { askAboutAll, askAboutOne } from './clients.ts'
import { type CertificateFacts, certificateFacts } from './facts.ts'
import { factsSection } from './facts-section.ts'
import { CERTIFICATE_SCRIPT, certificateField } from '../../certificate-field.ts'
import { questions } from './questions.ts'

const PATH = '/{serviceId}/certificate'

/** Reads a certificate and, if requested, finds the clients that it would authenticate. Certificates are sent only in bodies of POST. */
async function read(request: ConsoleRequest): Promise<Answer> {
  const { form } = request
  const text = form.get('certificate') ?? ''
  const step = form.get('step')
  if (step === null) return rendered(request, {})
  const facts = await certificateFacts(text)
  // A text that is not a certificate must not appear in a page.
  if ('fault' in facts) return rendered(request, facts)
  if (step !== 'all' && step !== 'one') return rendered(request, { facts })
  const refused = refusedByRole('clients', request)
  if (refused !== undefined) return refused
  const answer = await (step === 'all' ? askAboutAll : askAboutOne)(request, facts)
  return rendered(request, { facts, answer })
}

interface Outcome {
  readonly facts?: CertificateFacts
  readonly fault?: string
  readonly others?: readonly Buffer[]
  readonly answer?: Markup
}

/** A button for each other certificate of the file, which reads that certificate. */
function othersOf(others: readonly Buffer[], { csrf }: ConsoleRequest): Markup {
  return html`<h2>The other certificates of the file</h2>
    <form method="post">
      ${csrf}<input type="hidden" name="step" value="read" />
      ${others.map((der) => html`<p><button name="certificate" value="${pemOf(der)}">${subjectOf(readX509(der))}</button></p>`)}
    </form>`
}

function rendered(request: ConsoleRequest, { facts, fault, others, answer }: Outcome): Page {
  const rest = facts?.others ?? others ?? []
  const main = html`${fault !== undefined && problemBox('This cannot be read as one certificate.', fault)}
    ${facts !== undefined && factsSection(facts, request.now)} ${answer}
    ${rest.length > 0 && othersOf(rest, request)} ${facts !== undefined && questions(facts, request)}
    ${facts !== undefined && html`<h2>Another certificate</h2>`}
    <form method="post">
      ${request.csrf}
      ${certificateField({
        name: 'certificate',
        label: 'Certificate or chain: PEM, PKCS #7, base64, percent-encoded PEM, or a file',
        isRequired: true,
      })}
      <p class="actions"><button class="first" name="step" value="read">Read</button></p>
    </form>
    <h2>Data that leaves this machine</h2>
    <p>
      The browser sends the certificate to the console's process on this machine, which reads it. Only the
      question about clients sends it to the Web API of your deployment.
    </p>`
  return {
    title: 'Certificate reader',
    main,
    wide: true,
    scripts: [CERTIFICATE_SCRIPT],
    status: fault === undefined ? 200 : 400,
  }
}

export const CERTIFICATE_READER: readonly Route[] = [
  { method: 'GET', path: PATH, needs: 'nothing', handle: (request) => rendered(request, {}) },
  { method: 'POST', path: PATH, needs: 'nothing', handle: read },
]
