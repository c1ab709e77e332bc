import type { User } from './pages.ts'
import type { Login, Session } from './sessions.ts'
import type { WebApi, WebApiAnswer } from './web-api-client.ts'

/**
 * Reports the end-user's decision, from now or from earlier in the session, to the Web API (Authlete contract, sections 2.2
 * and 2.3).
 */
export function endUserDecisions(webApi: WebApi, { claims = {} }: User) {
  const issue = (authorization: WebApiAnswer, { subject, authTime }: Login) => {
    const { ticket, claims: names = [] } = authorization
    // Whoever has logged in: the client takes no other end-user, and knows no other way to log in.
    if (!suits(authorization, subject)) return fail(authorization, 'DIFFERENT_SUBJECT')
    if (authorization.acrEssential === true) return fail(authorization, 'ACR_NOT_SATISFIED')
    const asked = Object.entries(claims).filter(([name]) => names.includes(name))
    const own = asked.length === 0 ? {} : { claims: JSON.stringify(Object.fromEntries(asked)) }
    return webApi('/auth/authorization/issue', { ticket, subject, authTime, ...own })
  }

  const deny = (authorization: WebApiAnswer) => fail(authorization, 'DENIED')

  const fail = ({ ticket }: WebApiAnswer, reason: string) =>
    webApi('/auth/authorization/fail', { ticket, reason })

  /** For NO_INTERACTION: the end-user must not be asked anything. */
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

/** Why the login does not suffice, as the Web API names it; `undefined` when it does. */
function lackOfLogin(login: Login | undefined, authorization: WebApiAnswer): string | undefined {
  const { maxAge = 0 } = authorization
  if (login === undefined) return 'NOT_LOGGED_IN'
  if (!suits(authorization, login.subject)) return 'DIFFERENT_SUBJECT'
  const aged = maxAge > 0 && login.authTime + maxAge < Date.now() / 1000
  return aged ? 'EXCEEDS_MAX_AGE' : undefined
}

/** Whether the client takes an answer about this end-user. */
function suits({ subject: demanded }: WebApiAnswer, subject: string): boolean {
  return demanded === undefined || demanded === subject
}

/** A key for the consent to one client and its scopes. */
export function consentTo({ client, scopes = [] }: WebApiAnswer): string {
  return [client?.clientId, ...scopes.map(({ name }) => name).sort()].join(' ')
}
