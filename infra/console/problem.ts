import { html, type Insertable, type Markup } from '../markup.ts'

/**
 * A box at the top of a page with what failed and why. It gets the focus, so that it is visible, unless a field below gets it.
 *
 * @param fields links to the wrong fields, each with its reason
 */
export function problemBox(
  what: string,
  why: Insertable,
  fields: readonly Markup[] = [],
  isFocused = true,
): Markup {
  return html`<div class="problem" role="alert" tabindex="-1" ${isFocused && html`autofocus`}>
    <p><strong>${what}</strong> ${why}</p>
    ${
      fields.length > 0 &&
      html`<ul>
        ${fields.map((field) => html`<li>${field}</li>`)}
      </ul>`
    }
  </div>`
}
