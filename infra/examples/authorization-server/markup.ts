import type { Response } from 'express'
import { html, type Markup } from '../../markup.ts'

const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

export interface Page {
  readonly status?: number
  readonly title: string
  readonly main: Markup
  /**
   * The allowed targets of its forms. Browsers also apply `form-action` to redirects, so a page whose form ends at a client must allow
   * every URL.
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
