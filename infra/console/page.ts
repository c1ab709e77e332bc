import type { Markup } from '../markup.ts'
import type { ApiAnswer, Members, WebApi } from './web-api.ts'

/** A place above a page, for the line of links at its top. */
export interface Crumb {
  readonly label: string
  readonly href: string
  /** What every page below it says first. */
  readonly note?: Markup | undefined
}

export interface Page {
  readonly title: string
  readonly main: Markup
  /** 200 by default. */
  readonly status?: number
  readonly crumbs?: readonly Crumb[]
  /** Whether the page may be wider than a column of text. */
  readonly wide?: boolean
  /** Scripts of `assets/` that make the page better. It must work without them. */
  readonly scripts?: readonly string[]
}

/** What a handler answers: a page, the way to another page, or JSON for a script. */
export type Answer =
  | Page
  | { readonly location: string; readonly notice?: string }
  | { readonly json: unknown; readonly status?: number }

/** A request of a browser with a session. */
export interface ConsoleRequest {
  /** The parts of the path in braces, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The fields of the form; empty for GET. */
  readonly form: URLSearchParams
  /** The path and the query, for links back. */
  readonly here: string
  /** Goes into every form that is sent by POST. */
  readonly csrf: Markup
  /** The Web API of the service in the path. */
  readonly api: WebApi
  /** The Web API without a service: for the owner of the deployment. */
  readonly deployment: WebApi
  /** The address of the Web API without `/api`, for commands that the reader can copy. */
  readonly baseUrl: string
  /** The service as the Web API answers it; `undefined` if the credential may not read it or the path has none. */
  readonly service: ServiceRead | undefined
  readonly isOrganization: boolean
  /** The public name of the operator's credential, as the record of the service has it. */
  readonly credentialId: string
  readonly now: Date
}

export interface ServiceRead {
  readonly record: Members
  readonly answer: ApiAnswer
}

/**
 * What a page needs of the operator's credential. `nothing`: it works with every role. `service`, `clients`: settings, for the role
 * `manage` and the organization's token. `tokens`: what the service has issued, for the role `manage`.
 */
export type Need = 'nothing' | 'service' | 'clients' | 'tokens'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** For example `/{serviceId}/clients/{clientId}/general`. */
  readonly path: string
  readonly needs: Need
  readonly handle: (request: ConsoleRequest) => Promise<Answer> | Answer
}
