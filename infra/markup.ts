import { escapeHtml } from '../shared/escape-html.ts'

/** Text that is inserted into a page without escaping. Only `html` creates it. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** A value in a template. `undefined` and `false` insert nothing. */
export type Insertable = string | number | Markup | readonly Markup[] | undefined | false

/** Creates markup from a template. Every value is escaped, except markup. */
export function html(parts: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(insert)))
}

function insert(value: Insertable): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'object') return value.map(insert).join('')
  return escapeHtml(String(value))
}
