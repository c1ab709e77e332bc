import { html, type Markup } from '../markup.ts'
import type { Asset } from './assets.ts'
import { type Entry, filled, NAVIGATION } from './navigation.ts'
import type { Page } from './page.ts'
import { problemBox } from './problem.ts'
import type { Members } from './web-api.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** The frame of a page. */
export interface Frame {
  readonly asset: (name: string) => Asset
  readonly theme: Theme
  /** If absent, there is no session, so the page has no navigation. */
  readonly session?: {
    readonly csrf: Markup
    readonly notice: string | undefined
    /** Why the form of the page was not accepted. */
    readonly problem: string | undefined
    readonly here: string
    readonly params: Readonly<Record<string, string>>
    readonly service: Members | undefined
    readonly host: string
    /** Whether a page exists at this path of the navigation. */
    readonly pageExists: (path: string) => boolean
  }
}

/** The whole document of a page. */
export function documentOf(
  { title, main, crumbs = [], wide, scripts = [], status = 200 }: Page,
  around: Frame,
) {
  const { asset, theme, session } = around
  const links = crumbs.map(({ label, href }) => html`<li><a href="${href}">${label}</a></li>`)
  const place = crumbs.slice(1).at(-1)?.label
  const names = [title, ...crumbs.slice(-1).map(({ label }) => label), 'certbound']
  const notes = crumbs.flatMap(({ note = [] }) => note)
  return html`<!doctype html>
    <html lang="en" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${status >= 400 && 'Error: '}${names.join(' · ')}</title>
        <link rel="icon" href="${asset('icon.svg').url}" type="image/svg+xml" />
        <link rel="stylesheet" href="${asset('console.css').url}" />
        ${['console.js', ...scripts].map((name) => html`<script type="module" src="${asset(name).url}"></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${session === undefined ? plainHeader() : header(session, theme)}
        <div class="columns">
          ${session !== undefined && navigation(session)}
          <main id="main" tabindex="-1" class="${wide === true ? 'wide' : 'column'}">
            ${
              links.length > 0 &&
              html`<nav aria-label="Path">
                <ol class="crumbs">
                  ${links}
                </ol>
              </nav>`
            }
            <h1>${title}${place !== undefined && html`<span class="place"> ${place}</span>`}</h1>
            ${session?.problem !== undefined && problemBox('Nothing was changed.', session.problem)}
            ${session?.notice !== undefined && html`<p class="notice" role="status">${session.notice}</p>`}
            ${notes.map((note) => html`<div class="warning">${note}</div>`)} ${main}
          </main>
        </div>
      </body>
    </html> `
}

type Session = NonNullable<Frame['session']>

function plainHeader(): Markup {
  return html`<header class="top"><span class="brand">certbound</span></header>`
}

function header({ csrf, here, params, service, host, pageExists }: Session, theme: Theme): Markup {
  const { serviceId } = params
  const name = service?.['serviceName']
  const clients = '/{serviceId}/clients'
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return html`<header class="top">
    <a class="brand" href="/">certbound</a>
    ${serviceId !== undefined && html`<button type="button" class="menu" popovertarget="menu">Menu</button>`}
    ${
      serviceId !== undefined &&
      html`<a class="service" href="/${serviceId}"
        >${typeof name === 'string' ? name : `Service ${serviceId}`}</a
      >`
    }
    ${
      serviceId !== undefined &&
      pageExists(clients) &&
      html`<form class="search" role="search" action="${filled(clients, params)}">
        <label class="hidden" for="search-clients">Search clients</label>
        <input id="search-clients" type="search" name="search" placeholder="Search clients" />
      </form>`
    }
    <span class="host" title="The Web API that this console uses">${host}</span>
    <form method="post" action="/theme" class="theme">
      ${csrf}
      <input type="hidden" name="back" value="${here}" />
      <button class="quiet" name="theme" value="${next}" aria-label="Theme: ${theme}. Change to ${next}">
        Theme: ${theme}
      </button>
    </form>
    <form method="post" action="/logout">
      ${csrf}
      <button class="quiet">Log out</button>
    </form>
  </header>`
}

function navigation(session: Session): Markup | undefined {
  if (session.params['serviceId'] === undefined) return undefined
  return html`<nav class="side" aria-label="Console" id="menu" popover>
    <ul>
      ${NAVIGATION.map((entry) => item(entry, session))}
    </ul>
  </nav>`
}

function item(entry: Entry, session: Session): Markup {
  const { params, pageExists, here } = session
  const { label, path, below = [], within } = entry
  if (within !== undefined && params[within] === undefined) return html``
  const isShown = pageExists(path)
  const inside = below.map((lower) => item(lower, session)).filter((lower) => String(lower) !== '')
  if (!isShown && inside.length === 0) return html``
  const href = filled(path, params)
  const isHere = here.split('?')[0] === href
  return html`<li>
    ${isShown ? html`<a href="${href}" ${isHere && html`aria-current="page"`}>${label}</a>` : html`<span>${label}</span>`}
    ${
      inside.length > 0 &&
      html`<ul>
        ${inside}
      </ul>`
    }
  </li>`
}
