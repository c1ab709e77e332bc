import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from '../markup.ts'
import type { Asset } from './assets.ts'
import type { SessionRequest, DispatchResult } from './dispatch.ts'
import { cookieOf, type ReadForm, readForm, PageRefusal } from './gate.ts'
import type { Page } from './page.ts'
import * as responses from './responses.ts'
import { pageExists } from './routes.ts'
import type { Session, Sessions } from './sessions.ts'

/** A request whose host was checked. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly cookieName: string
}

interface VisitOptions {
  readonly asset: (name: string) => Asset
  readonly dispatch: (asked: SessionRequest) => Promise<DispatchResult>
  /** The path of the first page of a session. */
  readonly firstPage: string
  /** The host name of the Web API. */
  readonly host: string
  readonly sessions: Sessions
  readonly origin: () => string
}

/** Answers requests. Only files and links need no session. It rejects with PageRefusal. */
export function openVisits({ asset, dispatch, firstPage, host, sessions, origin }: VisitOptions) {
  async function visit(visited: Visit): Promise<void> {
    const { request, response, url, cookieName } = visited
    const { method = '' } = request
    if (method !== 'GET' && method !== 'POST')
      throw new PageRefusal(405, 'The console accepts only GET and POST.')
    if (method === 'GET' && url.pathname.startsWith('/assets/')) {
      responses.sendAsset(response, url, asset)
    } else if (method === 'GET' && url.pathname.startsWith('/link/')) {
      begin(visited, sessions)
    } else {
      const name = cookieOf(request, cookieName) ?? ''
      const session = sessions.find(name)
      if (session !== undefined) await visitOf(visited, name, session)
      else {
        const around = { asset, theme: responses.themeOf(request) }
        responses.sendPage(response, responses.pageWithoutSession(url, method), around)
      }
    }
  }

  async function visitOf(visited: Visit, name: string, session: Session): Promise<void> {
    const { request, response, url, cookieName } = visited
    const isChange = request.method === 'POST'
    const read = isChange ? await readForm(request, origin(), session) : { form: new URLSearchParams() }
    if (isChange && url.pathname === '/logout') {
      requireNoProblem(read)
      sessions.end(name)
      responses.redirect(response, '/', responses.endedCookie(cookieName))
    } else if (isChange && url.pathname === '/theme') {
      requireNoProblem(read)
      const { form } = read
      responses.redirect(response, form.get('back') ?? '/', responses.themeCookie(form.get('theme')))
    } else if (url.pathname === '/') {
      responses.redirect(response, firstPage)
    } else if (url.pathname === '/session') {
      // Keeps the session alive, and gives a page of an earlier session the current secret.
      responses.sendJson(response, { csrf: session.csrf })
    } else await answer(visited, read, session)
  }

  async function answer({ request, response, url }: Visit, read: ReadForm, session: Session) {
    const { method = '' } = request
    const csrf = html`<input type="hidden" name="csrf" value="${session.csrf}" />`
    const { answer: given, params, service } = await dispatch({ method, url, form: read.form, csrf })
    if ('json' in given) {
      responses.sendJson(response, given.json, given.status)
    } else if ('location' in given) {
      requireNoProblem(read)
      session.notice = given.notice
      responses.redirect(response, given.location)
    } else {
      const { notice } = session
      session.notice = undefined
      const here = url.pathname + url.search
      const problem = read.problem?.message
      const about = { csrf, notice, problem, here, params, host, pageExists, service: service?.record }
      const around = { asset, theme: responses.themeOf(request), session: about }
      responses.sendPage(response, withStatus(given, read), around)
    }
  }

  return visit
}

/** The secret of a link must not stay in the address of a page. */
function begin({ response, url, cookieName }: Visit, sessions: Sessions): void {
  const name = sessions.begin(url.pathname.slice('/link/'.length))
  if (name === undefined)
    throw new PageRefusal(
      403,
      'This link has expired or has already been used. Print a new one in the terminal.',
    )
  responses.redirect(response, '/', responses.sessionCookie(cookieName, name))
}

/** Sets the status of the form's problem, unless the page itself failed. */
function withStatus(page: Page, { problem }: ReadForm): Page {
  if (problem === undefined || (page.status ?? 200) >= 400) return page
  return { ...page, status: problem.status }
}

/** @throws PageRefusal if the form has a problem and no page shows it again */
function requireNoProblem({ problem }: ReadForm): void {
  if (problem !== undefined) throw new PageRefusal(problem.status, problem.message)
}
