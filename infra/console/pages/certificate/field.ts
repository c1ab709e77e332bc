import { html, type Markup } from '../../../markup.ts'

/** The script that a page with a certificate field needs in `scripts`. */
export const CERTIFICATE_SCRIPT = 'certificate.js'

export interface CertificateField {
  /** The name of the field in the form, and its `id`. */
  readonly name: string
  readonly label: string /** The text that was sent. */
  readonly value?: string | undefined
  /** The `id` of the text that describes the field. */
  readonly describedBy?: string | undefined
  readonly isRequired?: boolean
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
}: CertificateField): Markup {
  return html`<div class="drop" data-certificate="${name}">
    <label for="${name}">${label}</label>
    <textarea
      id="${name}"
      name="${name}"
      rows="6"
      maxlength="65536"
      spellcheck="false"
      ${isRequired === true && html`required`}
      ${describedBy !== undefined && html`aria-describedby="${describedBy}"`}
    >
${value}</textarea>
    <p class="choose" hidden>
      <label for="${name}-file">Drop a file here, or choose one</label>
      <input id="${name}-file" type="file" accept=".pem,.crt,.cer,.der,.txt" />
      <span class="said" role="status"></span>
    </p>
  </div>`
}
