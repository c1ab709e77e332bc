import { html, type Markup } from '../markup.ts'

/** An irreversible action. The user must type a name first. */
export interface Confirmation {
  /** The id of the form. The id of its field ends with it. */
  readonly id: string
  readonly step: string
  readonly button: string
  /** The name that the user must type. */
  readonly name: string
  /** The wrong name that the user typed. */
  readonly typed: string | undefined
  /** The hidden fields. */
  readonly hidden: Markup
}

export function confirmationForm({ id, step, button, name, typed, hidden }: Confirmation): Markup {
  return html`<form method="post" class="typed" autocomplete="off">
    ${hidden}
    <label for="typed-${id}">Type <code>${name}</code> to confirm</label>
    <div class="pair">
      <input
        id="typed-${id}"
        name="typed"
        required
        spellcheck="false"
        value="${typed ?? ''}"
        ${typed !== undefined && html`aria-invalid="true"`}
      />
      <button class="danger" name="step" value="${step}">${button}</button>
    </div>
  </form>`
}

/** The sentence with a link to the field, for the top of the page. */
export function linkToTyped(id: string, name: string): Markup {
  return html`<a href="#typed-${id}">Your input</a> is not <code>${name}</code>.`
}
