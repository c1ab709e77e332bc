import type { Login, Session } from './sessions.ts'
import type { WebApi, WebApiAnswer } from './web-api-client.ts'

/** What the end-user decided, or had decided before, told to the Web API (Authlete contract, sections 2.2 and 2.3). */
export function endUserDecisions(webApi: WebApi) {
  const issue = ({ ticket }: WebApiAnswer, { subject, authTime }: Login) =>
    webApi('/auth/authorization/issue', { ticket, subject, authTime })

  const deny = (authorization: WebApiAnswer) => fail(authorization, 'DENIED')

  const fail = ({ ticket }: WebApiAnswer, reason: string) =>
    webApi('/auth/authorization/fail', { ticket, reason })

  /** For NO_INTERACTION: nobody may be asked anything. */
  function decideAlone(authorization: WebApiAnswer, { login, consents }: Session): Promise<WebApiAnswer> {
    const lack = lackOfLogin(login, authorization)
    if (login === undefined || lack !== undefined) return fail(authorization, lack ?? 'NOT_LOGGED_IN')
    const agreed = consents.has(consentTo(authorization))
    return agreed ? issue(authorization, login) : fail(authorization, 'CONSENT_REQUIRED')
  }

  return { issue, deny, decideAlone }
}

export function mustLogIn(login: Login | undefined, authorization: WebApiAnswer): boolean {
  return lackOfLogin(login, authorization) !== undefined || authorization.prompts?.includes('LOGIN') === true
}

/** Why there is no login that is good enough, in the words of the Web API. */
function lackOfLogin(login: Login | undefined, { maxAge = 0, subject }: WebApiAnswer): string | undefined {
  if (login === undefined) return 'NOT_LOGGED_IN'
  if (subject !== undefined && subject !== login.subject) return 'DIFFERENT_SUBJECT'
  const aged = maxAge > 0 && login.authTime + maxAge < Date.now() / 1000
  return aged ? 'EXCEEDS_MAX_AGE' : undefined
}

/** Consent to one client and these scopes, as a text to remember. */
export function consentTo({ client, scopes = [] }: WebApiAnswer): string {
  return [client?.clientId, ...scopes.map(({ name }) => name).sort()].join(' ')
}
