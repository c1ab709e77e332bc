import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from '../markup.ts'
import type { Asset } from './assets.ts'
import { cookieOf, HEADERS, PageRefusal } from './gate.ts'
import { documentOf, type Frame, type Theme, THEMES } from './layout.ts'
import type { Page } from './page.ts'

const YEAR_SECONDS = 365 * 86400
const THEME_COOKIE = 'certbound-console-theme'
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict'

export function sendPage(response: ServerResponse, page: Page, around: Frame): void {
  const text = documentOf(page, around).toString()
  response.writeHead(page.status ?? 200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' })
  response.end(text)
}

export function sendJson(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' })
  response.end(JSON.stringify(json))
}

/** The URL of an asset contains its digest, so a browser may cache it. @throws PageRefusal */
export function sendAsset(response: ServerResponse, { pathname }: URL, asset: (name: string) => Asset): void {
  let found: Asset
  try {
    found = asset(pathname.slice('/assets/'.length))
  } catch (cause) {
    throw new PageRefusal(404, 'File not found.', { cause })
  }
  const kept = `private, max-age=${YEAR_SECONDS}, immutable`
  response.writeHead(200, { ...HEADERS, 'content-type': found.type, 'cache-control': kept })
  response.end(found.content)
}

/** Redirects the browser to another page of the console, with GET. */
export function redirect(response: ServerResponse, location: string, cookie?: string): void {
  const withCookie = cookie === undefined ? {} : { 'set-cookie': cookie }
  response.writeHead(303, { ...HEADERS, location: within(location), ...withCookie })
  response.end()
}

/** A path of the console, so that no redirect leaves it. Browsers drop tabs, which could precede a second slash. */
function within(location: string): string {
  return /^\/(?![/\\])[ -~]*$/.test(location) ? location : '/'
}

/** A cookie of the browser session. */
export function sessionCookie(name: string, value: string): string {
  return `${name}=${value}; ${ATTRIBUTES}`
}

export function endedCookie(name: string): string {
  return `${name}=; Max-Age=0; ${ATTRIBUTES}`
}

/** The theme that the user has chosen. The cookie is not secret. It lasts until the console or the browser ends. */
export function themeOf(request: IncomingMessage): Theme {
  return THEMES.find((theme) => theme === cookieOf(request, THEME_COOKIE)) ?? 'system'
}

export function themeCookie(chosen: string | null): string {
  const theme = THEMES.find((one) => one === chosen) ?? 'system'
  return `${THEME_COOKIE}=${theme}; ${ATTRIBUTES}`
}

/** Browsers do not send the cookie with a link from another site, so the page offers to open itself again. */
export function pageWithoutSession({ pathname, search }: URL, method: string): Page {
  const isChange = method === 'POST'
  const main = html`${
      isChange &&
      html`<p>
        <strong>Nothing was changed.</strong> The console did not keep your input. It is still in this tab,
        one page back.
      </p>`
    }
    <p>
      A session begins with a link from the console. It ends after 30 minutes without use, after twelve hours,
      when you log out, or when the console stops.
    </p>
    <ol>
      <li>
        Get a new link: press Enter in the terminal of <code>npm run console</code>.
        <code>npm start</code> prints it first, and <code>.certbound/local.json</code> has it as
        <code>consoleUrl</code>.
      </li>
      <li>Open it in another tab.</li>
      <li>
        ${isChange ? 'Return to this tab, go one page back, and send the form again. Your input is still there.' : 'Return to this tab.'}
        ${!isChange && html`<a href="${pathname + search}">Open this page again.</a>`}
      </li>
    </ol>
    ${!isChange && html`<p>If you followed a link on another site, the last step is enough: browsers do not send the session with it.</p>`}`
  return { title: 'No session', status: 401, main }
}
