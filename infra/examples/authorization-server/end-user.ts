import type { User } from './pages.ts'
import type { Login, Session } from './sessions.ts'
import type { WebApi, WebApiAnswer } from './web-api-client.ts'

/**
 * Reports the end-user's decision, which may be from earlier in the session, to the Web API (docs/authlete-contract.md, sections 2.2
 * and 2.3).
 */
export function endUserDecisions(webApi: WebApi, { claims = {} }: User) {
  const issue = (authorization: WebApiAnswer, { subject, authTime }: Login) => {
    const { ticket, claims: names = [] } = authorization
    // Not every login suffices: the client may require a certain end-user or way of login.
    if (!suits(authorization, subject)) return fail(authorization, 'DIFFERENT_SUBJECT')
    if (authorization.acrEssential === true) return fail(authorization, 'ACR_NOT_SATISFIED')
    const asked = Object.entries(claims).filter(([name]) => names.includes(name))
    const own = asked.length === 0 ? {} : { claims: JSON.stringify(Object.fromEntries(asked)) }
    return webApi('/auth/authorization/issue', { ticket, subject, authTime, ...own })
  }

  const deny = (authorization: WebApiAnswer) => fail(authorization, 'DENIED')

  const fail = ({ ticket }: WebApiAnswer, reason: string) =>
    webApi('/auth/authorization/fail', { ticket, reason })

  /** Decides for NO_INTERACTION, without asking the end-user. */
  function decideWithoutPrompt(
    authorization: WebApiAnswer,
    { login, consents }: Session,
  ): Promise<WebApiAnswer> {
    const lack = lackOfLogin(login, authorization)
    if (login === undefined || lack !== undefined) return fail(authorization, lack ?? 'NOT_LOGGED_IN')
    const agreed = consents.has(consentTo(authorization))
    return agreed ? issue(authorization, login) : fail(authorization, 'CONSENT_REQUIRED')
  }

  return { issue, deny, decideWithoutPrompt }
}

export function mustLogIn(login: Login | undefined, authorization: WebApiAnswer): boolean {
  return lackOfLogin(login, authorization) !== undefined || authorization.prompts?.includes('LOGIN') === true
}

/** The Web API's reason why the login does not suffice; `undefined` if it does. */
function lackOfLogin(login: Login | undefined, authorization: WebApiAnswer): string | undefined {
  const { maxAge = 0 } = authorization
  if (login === undefined) return 'NOT_LOGGED_IN'
  if (!suits(authorization, login.subject)) return 'DIFFERENT_SUBJECT'
  const aged = maxAge > 0 && login.authTime + maxAge < Date.now() / 1000
  return aged ? 'EXCEEDS_MAX_AGE' : undefined
}

/** Whether the client accepts this end-user. */
function suits({ subject: demanded }: WebApiAnswer, subject: string): boolean {
  return demanded === undefined || demanded === subject
}

/** The key of the consent to a client and its scopes. */
export function consentTo({ client, scopes = [] }: WebApiAnswer): string {
  return [client?.clientId, ...scopes.map(({ name }) => name).sort()].join(' ')
}
