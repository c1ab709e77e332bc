import { hash } from 'node:crypto'
import { html, type Markup } from '../markup.ts'
import type { Answer, ConsoleRequest, Route } from './page.ts'
import { keptForm, pageOfFailure, refusedByRole, unexpectedPage, unknownPage } from './pages/failures.ts'
import { findRoute } from './routes.ts'
import { ApiProblem, type Connection, openWebApi, type WebApi } from './web-api.ts'

/** A request of a browser with a session, before its page is found. */
export interface SessionRequest {
  readonly method: string
  readonly url: URL
  readonly form: URLSearchParams
  readonly csrf: Markup
}

export interface DispatchResult {
  readonly answer: Answer
  readonly params: ConsoleRequest['params']
  readonly service: ConsoleRequest['service']
}

export interface DispatchOptions {
  readonly connection: Connection
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Called with a line about an unexpected failure. The line names the page and contains nothing from the request. */
  readonly onError: (line: string) => void
}

/** The `id` of a credential of a service, as the reference describes it. */
function credentialId(secret: string): string {
  return hash('sha256', hash('sha256', secret, 'base64url'), 'base64url').slice(0, 16)
}

const SERVICE_ID = /^[1-9][0-9]{0,15}$/

/** Dispatches requests to their pages. `close` ends the connections to the Web API. */
export function openDispatch({ connection, clock, onError }: DispatchOptions) {
  const { credential, baseUrl } = connection
  const webApi = openWebApi(connection)
  const isOrganization = credential.kind === 'organization'
  const ownId = credentialId(credential.token)

  /** The credential of a service is valid only for this service. */
  const isOurs = (serviceId: string) =>
    SERVICE_ID.test(serviceId) && (credential.kind === 'organization' || credential.serviceId === serviceId)

  async function dispatch({ method, url, form, csrf }: SessionRequest): Promise<DispatchResult> {
    const found = findRoute(method, url.pathname)
    const { params = {}, route } = found ?? {}
    const { serviceId } = params
    if (route === undefined || (serviceId !== undefined && !isOurs(serviceId)))
      return { answer: unknownPage(), params: {}, service: undefined }
    const api = webApi.of(serviceId)
    let service: ConsoleRequest['service']
    try {
      service = serviceId === undefined ? undefined : await readService(api)
      const about = {
        params,
        query: url.searchParams,
        form,
        csrf,
        api,
        service,
        isOrganization,
        baseUrl,
        credentialId: ownId,
      }
      const here = url.pathname + url.search
      const request = { ...about, here, deployment: webApi.of(), now: new Date(clock()) }
      return { answer: await answerOf(route, request), params, service }
    } catch (error) {
      const known = pageOfFailure(error, baseUrl)
      if (known === undefined) onError(`console: ${route.path}: ${String(error)}`)
      const page = known ?? unexpectedPage()
      const main = method === 'POST' ? html`${page.main}${keptForm(form, csrf)}` : page.main
      return { answer: { ...page, main }, params, service }
    }
  }

  return { dispatch, close: webApi.close, firstPage: firstPage(connection) }
}

async function answerOf(route: Route, request: ConsoleRequest): Promise<Answer> {
  return refusedByRole(route.needs, request) ?? (await route.handle(request))
}

/** @returns `undefined` if the role of the credential is too small for settings @throws ApiProblem, ApiUnreachable */
async function readService(api: WebApi): Promise<ConsoleRequest['service']> {
  const answer = await api.get('/service/get')
  if (answer.status === 403) return undefined
  if (answer.status >= 300) throw new ApiProblem(answer)
  return { record: answer.json, answer }
}

/** The organization's token is valid for all services, so its holder first chooses one. */
function firstPage({ credential }: Connection): string {
  return credential.kind === 'organization' ? '/services' : `/${credential.serviceId}`
}
