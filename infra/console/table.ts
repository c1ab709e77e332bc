import { html, type Markup } from '../markup.ts'

/** @param styled a CSS class */
export function table(heads: readonly string[], rows: readonly Markup[], styled?: string): Markup {
  return html`<table ${styled !== undefined && html`class="${styled}"`}>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}

/** A table that scrolls separately in a narrow window, also with the keyboard. */
export function wideTable(
  name: { readonly label: string } | { readonly labelledBy: string },
  ...of: Parameters<typeof table>
): Markup {
  const named =
    'label' in name ? html`aria-label="${name.label}"` : html`aria-labelledby="${name.labelledBy}"`
  return html`<div class="table" tabindex="0" role="group" ${named}>${table(...of)}</div>`
}
