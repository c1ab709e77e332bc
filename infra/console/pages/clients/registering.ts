import { html, type Markup } from '../../../markup.ts'
import { canIssue } from '../../../../shared/certificate/path/can-issue.ts'
import { readX509, subjectOf } from '../../certificate-file.ts'
import type { ConsoleRequest } from '../../page.ts'
import { needsOf } from '../../settings/methods.ts'
import { keysOf } from '../../settings/registered.ts'
import type { Members } from '../../web-api.ts'
import { certificateField } from '../../certificate-field.ts'
import { aboutName, aboutSelfSigned } from './certificate-choice.ts'
import { chosenName, readDraft, NAME_SETTINGS } from './draft.ts'

/** A text box above the settings of the subject, which reads the name from a certificate. */
export async function subjectReader(request: ConsoleRequest): Promise<Markup> {
  const { form } = request
  const read = await readDraft(form)
  const about = aboutName(request, form, read)
  return html`<details ${about !== undefined && html`open`}>
    <summary>Read the name from a certificate</summary>
    ${certificateField({
      ...{ name: 'certificate', label: 'Certificate of the client, or its chain', read: 'replace' as const },
      value: form.get('certificate') ?? '',
    })}
    <div class="actions"><button name="step" value="read certificate">Read the certificate</button></div>
    ${about !== undefined && html`<div tabindex="-1" autofocus role="group" aria-label="Content of the certificate">${about}</div>`}
  </details>`
}

/** A client is registered by one name, so the chosen one replaces the others. */
export async function takeSubject({ form }: ConsoleRequest, values: Map<string, unknown>): Promise<void> {
  const chosen = chosenName(form, (await readDraft(form)).names)
  if (chosen === undefined) return
  for (const name of NAME_SETTINGS) values.set(name, name === chosen.setting ? chosen.text : undefined)
}

/** Whether the expiry of the certificates is known, and the consequences of those that are not saved yet. */
export async function aboutCertificates(
  record: Members,
  values: ReadonlyMap<string, unknown>,
): Promise<Markup> {
  const { jwksUri, tokenAuthMethod } = record
  const isUnknown = needsOf(tokenAuthMethod) === 'name' || jwksUri !== undefined
  const known = keysOf(record).map(certificateIn)
  const added = keysOf({ jwks: values.get('jwks') }).map(certificateIn)
  const ders = added.flatMap((one) => (one === '' || known.includes(one) ? [] : [Buffer.from(one, 'base64')]))
  const parts = ders.map(
    async (der) =>
      html`<h2>New: ${subjectOf(readX509(der))}</h2>
        ${aboutSelfSigned({ keySet: '', canIssue: await canIssue(der) })}`,
  )
  return html`${
    isUnknown &&
    html`<p class="notice">
      The expiry of this client’s certificate is unknown: it is registered with its
      ${jwksUri === undefined ? 'name' : 'URL'}, and certificates that clients present are not stored.
    </p>`
  }${await Promise.all(parts)}`
}

function certificateIn({ x5c }: Members): string {
  return Array.isArray(x5c) ? String(x5c[0] ?? '') : ''
}
