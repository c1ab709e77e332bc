import { escapeHtml } from '../shared/escape-html.ts'

/** Text that may go into a page unescaped. Only `html` makes it. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** `undefined` and `false` leave nothing. */
export type Insertable = string | number | Markup | readonly Markup[] | undefined | false

/** Markup from a template. Every value is escaped, except markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(inserted)))
}

function inserted(value: Insertable): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'object') return value.map(inserted).join('')
  return escapeHtml(String(value))
}
