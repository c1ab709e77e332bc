import type { Response } from 'express'

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

type Insertable = string | number | Markup | readonly Markup[]

/** Markup from a template. Every value is escaped, except markup itself. */
export function html(parts: TemplateStringsArray, ...values: Insertable[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(inserted)))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function inserted(value: Insertable): string {
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'object') return value.map(inserted).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

export interface Page {
  readonly status?: number
  readonly title: string
  readonly main: Markup
  /**
   * Where its forms may lead. Browsers apply `form-action` to redirects too, so a page whose form ends at a client must
   * allow every address.
   */
  readonly forms?: 'here' | 'anywhere'
}

export function sendPage(response: Response, { status = 200, title, main, forms = 'here' }: Page): void {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - certbound</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${main}
        </main>
      </body>
    </html> `
  response
    .status(status)
    .set('content-security-policy', forms === 'here' ? `${POLICY}; form-action 'self'` : POLICY)
    .type('html')
    .send(document.toString())
}
