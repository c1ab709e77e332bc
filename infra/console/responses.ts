import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from '../markup.ts'
import type { Asset } from './assets.ts'
import { cookieOf, HEADERS, Refused } from './gate.ts'
import { documentOf, type Surroundings, type Theme, THEMES } from './layout.ts'
import type { Page } from './page.ts'

const YEAR_SECONDS = 365 * 86400
const THEME_COOKIE = 'certbound-console-theme'
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict'

export function sendPage(response: ServerResponse, page: Page, around: Surroundings): void {
  const text = documentOf(page, around).toString()
  response.writeHead(page.status ?? 200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' })
  response.end(text)
}

export function sendJson(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' })
  response.end(JSON.stringify(json))
}

/** Its address has its digest, so a browser may keep it. @throws Refused */
export function sendAsset(response: ServerResponse, { pathname }: URL, asset: (name: string) => Asset): void {
  let found: Asset
  try {
    found = asset(pathname.slice('/assets/'.length))
  } catch (cause) {
    throw new Refused(404, 'There is no such file.', { cause })
  }
  const kept = `private, max-age=${YEAR_SECONDS}, immutable`
  response.writeHead(200, { ...HEADERS, 'content-type': found.type, 'cache-control': kept })
  response.end(found.content)
}

/** Leads the browser to another page of the console, by GET. */
export function redirect(response: ServerResponse, location: string, cookie?: string): void {
  const withCookie = cookie === undefined ? {} : { 'set-cookie': cookie }
  response.writeHead(303, { ...HEADERS, location: within(location), ...withCookie })
  response.end()
}

/** A path of the console: nothing leads a browser elsewhere. Browsers leave out tabs, which could stand before a second slash. */
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

/** The theme that a browser has chosen. It is no secret, and lasts as long as the console and the browser. */
export function themeOf(request: IncomingMessage): Theme {
  return THEMES.find((theme) => theme === cookieOf(request, THEME_COOKIE)) ?? 'system'
}

export function themeCookie(chosen: string | null): string {
  const theme = THEMES.find((one) => one === chosen) ?? 'system'
  return `${THEME_COOKIE}=${theme}; ${ATTRIBUTES}`
}

/** A cookie of the browser is not sent with a link from another site, so the page offers to open itself again. */
export function pageWithoutSession({ pathname, search }: URL, method: string): Page {
  const isChange = method === 'POST'
  const main = html`${
      isChange &&
      html`<p>
        <strong>Nothing was changed.</strong> The console has not kept what you sent. It still stands in this
        tab, one page back.
      </p>`
    }
    <p>
      A session begins with a link of the console. It ends after 30 minutes without use, after twelve hours,
      when you log out, and with the console.
    </p>
    <ol>
      <li>
        Get a new link: press Enter in the terminal of <code>npm run console</code>.
        <code>npm start</code> prints it first, and <code>.certbound/local.json</code> has it as
        <code>consoleUrl</code>.
      </li>
      <li>Open it in another tab.</li>
      <li>
        ${isChange ? 'Come back to this tab and go one page back: what you typed is there. Send it again.' : 'Come back to this tab.'}
        ${!isChange && html`<a href="${pathname + search}">Open this page again.</a>`}
      </li>
    </ol>
    ${!isChange && html`<p>If you came with a link on another site, the last step is enough: browsers send no session with it.</p>`}`
  return { title: 'No session', status: 401, main }
}
