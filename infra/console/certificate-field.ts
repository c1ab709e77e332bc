import { html, type Markup } from '../markup.ts'

/** The script that a page with a certificate field needs in `scripts`. */
export const CERTIFICATE_SCRIPT = 'certificate.js'

export interface CertificateField {
  /** The name of the field in the form, and its `id`. */
  readonly name: string
  readonly label: string
  /** The text that was sent. */
  readonly value?: string | undefined
  /** The `id` of the text that describes the field. */
  readonly describedBy?: string | undefined
  readonly isRequired?: boolean
  readonly read?: 'replace'
}

/**
 * A text box for a certificate in any spelling. With the script, a file can be dropped on it or chosen; the browser writes it into the
 * box as text, which is sent with the form.
 */
export function certificateField({
  name,
  label,
  value = '',
  describedBy,
  isRequired,
  read,
}: CertificateField): Markup {
  const area = html`<label for="${name}">${label}</label>
    <textarea
      id="${name}"
      name="${name}"
      rows="6"
      maxlength="65536"
      spellcheck="false"
      ${isRequired === true && html`required`}
      ${describedBy !== undefined && html`aria-describedby="${describedBy}"`}
    >
${value}</textarea>`
  return dropArea(name, area, read)
}

/**
 * A text box on which the script lets a file be dropped.
 *
 * @param read whether the script then sends the form, and a file is added below what is in the box or replaces it
 */
export function dropArea(name: string, area: Markup, read?: 'add' | 'replace'): Markup {
  return html`<div class="drop" data-certificate="${name}" ${read !== undefined && html`data-read="${read}"`}>
    ${area}
    <p class="choose" hidden>
      <label for="${name}-file"
        >Drop a file here, or choose one${read === 'add' && ', to add its certificates'}</label
      >
      <input id="${name}-file" type="file" accept=".pem,.crt,.cer,.der,.p7b,.p7c,.txt" />
      <span class="said" role="status"></span>
    </p>
  </div>`
}
