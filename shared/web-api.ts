/** The HTTP status of an error about the API call itself, not about its OAuth request (Authlete contract, section 1.6). */
export type ApiStatus = 400 | 401 | 403 | 404 | 405 | 412 | 500 | 503

/** The HTTP status that the authorization server, the resource server and the OAuth face send for an action. */
export const HTTP_STATUS = {
  OK: 200,
  CREATED: 201,
  INTERACTION: 200,
  NO_INTERACTION: 200,
  LOCATION: 302,
  FORM: 200,
  JSON: 200,
  JWT: 200,
  BAD_REQUEST: 400,
  INVALID_CLIENT: 401,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PAYLOAD_TOO_LARGE: 413,
  CALLER_ERROR: 400,
  INTERNAL_SERVER_ERROR: 500,
} as const

/** The next step of the caller of the Web API. Clients branch on it, so the set is closed (Authlete contract, section 2). */
export type Action = keyof typeof HTTP_STATUS

/** An authorization response: a URL for `Location`, or an HTML page that submits itself (Authlete contract, section 2.1). */
export interface Redirect {
  readonly action: 'LOCATION' | 'FORM'
  readonly responseContent: string
}

/**
 * The members of an answer. Members that are `undefined` are left out. `null` occurs only in `responseContent` (Authlete contract,
 * rule 2).
 */
export type WebApiMembers = Readonly<Record<string, unknown>>

/** The members that every answer to a runtime request has. The schemas of the endpoints have the others. */
export interface WebApiResponse {
  readonly resultCode: string
  readonly resultMessage: string
  readonly action: Action
  readonly responseContent?: string | undefined
}

/** The first members of a successful answer: `resultMessage` is the code in brackets and the message. */
export function success(resultCode: string, message: string) {
  return { resultCode, resultMessage: `[${resultCode}] ${message}` }
}

type KeyOfAny<Union> = Union extends unknown ? keyof Union : never

/**
 * Returns its argument. It does not compile for a member that the declared type lacks, even if the member comes from a spread, which the
 * compiler does not check otherwise.
 */
export function answer<Answer extends object, const Members extends Answer>(
  members: Members & Readonly<Partial<Record<Exclude<KeyOfAny<Members>, keyof Answer>, never>>>,
): Answer {
  return members
}

/** A list in an answer is left out if it is empty (Authlete contract, rule 2). */
export function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list
}
