import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { html } from '../markup.ts'
import { readAssets } from './assets.ts'
import { type DispatchOptions, openDispatch } from './dispatch.ts'
import { addressOf, checkHost, PageRefusal } from './gate.ts'
import * as responses from './responses.ts'
import type { Sessions } from './sessions.ts'
import { openVisits } from './visits.ts'

export interface ServerOptions extends DispatchOptions {
  readonly sessions: Sessions
  /** The console's origin in browsers: `http://certbound-console-….localhost:PORT`. */
  readonly origin: () => string
}

/** Makes servers that share their sessions. `close` ends the connections to the Web API. */
export async function consoleServers(options: ServerOptions) {
  const { onError, origin, connection, sessions } = options
  const asset = await readAssets()
  const { dispatch, close, firstPage } = openDispatch(options)
  const { host } = new URL(connection.baseUrl)
  const visit = openVisits({ asset, dispatch, firstPage, host, sessions, origin })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      checkHost(request, origin())
      const url = addressOf(request, origin())
      await visit({ request, response, url, cookieName: `certbound-console-${url.port}` })
    } catch (error) {
      if (!(error instanceof PageRefusal)) onError(`console: ${String(error)}`)
      const { status, message } = error instanceof PageRefusal ? error : FAILED
      const page = { title: 'Request refused', status, main: html`<p>${message}</p>` }
      if (!response.headersSent) responses.sendPage(response, page, { asset, theme: 'system' })
    }
  }

  const newServer = (): Server => createServer((request, response) => void serve(request, response))
  return { newServer, close }
}

const FAILED = { status: 500, message: 'The console failed. Its terminal shows the cause.' }
