import type { Markup } from '../markup.ts'
import type { ApiAnswer, Members, WebApi } from './web-api.ts'

/** A parent of a page, for the breadcrumb links at its top. */
export interface Crumb {
  readonly label: string
  readonly href: string
  /** A note at the top of every page below it. */
  readonly note?: Markup | undefined
}

export interface Page {
  readonly title: string
  readonly main: Markup
  /** The HTTP status; 200 by default. */
  readonly status?: number
  readonly crumbs?: readonly Crumb[]
  /** Whether the page may be wider than a column of text. */
  readonly wide?: boolean
  /** Scripts of `assets/` that enhance the page. It must work without them. */
  readonly scripts?: readonly string[]
}

/** The answer of a handler: a page, a redirect to another page, or JSON for a script. */
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
  /** The hidden field of every form that uses POST. */
  readonly csrf: Markup
  /** The Web API of the service in the path. */
  readonly api: WebApi
  /** The Web API without a service, for the organization's token. */
  readonly deployment: WebApi
  /** The address of the Web API without `/api`, for commands that the reader can copy. */
  readonly baseUrl: string
  /** The service in the Web API's form. It is `undefined` if the credential may not read it or the path names none. */
  readonly service: ServiceRead | undefined
  readonly isOrganization: boolean
  /** The ID of the operator's credential in the record of the service. */
  readonly credentialId: string
  readonly now: Date
}

export interface ServiceRead {
  readonly record: Members
  readonly answer: ApiAnswer
}

/**
 * The rights that a page needs. `nothing`: it works with every role. `service`, `clients`: settings, for the role
 * `manage` and the organization's token. `tokens`: the tokens of the service, for the role `manage`.
 */
export type Need = 'nothing' | 'service' | 'clients' | 'tokens'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** An example is `/{serviceId}/clients/{clientId}/general`. */
  readonly path: string
  readonly needs: Need
  readonly handle: (request: ConsoleRequest) => Promise<Answer> | Answer
}
