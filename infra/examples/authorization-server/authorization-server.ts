import { type Request, type Response, Router, text, urlencoded } from 'express'
import { consentTo, endUserDecisions, mustLogIn } from './end-user.ts'
import { sendPage } from './markup.ts'
import { consentPage, loginPage, STALE_PAGE, type User, wrongPasswordPage } from './pages.ts'
import { type Interaction, openSessions, randomText, type Session } from './sessions.ts'
import type { WebApi, WebApiAnswer } from './web-api-client.ts'

const FORM = 'application/x-www-form-urlencoded'
const NEW_SESSION: Session = { consents: new Set() }

/** The pages of the authorization server. It decides about the end-user; the Web API decides everything else. */
export function authorizationServer(webApi: WebApi, user: User): Router {
  const sessions = openSessions()
  const router = Router()
  const { issue, deny, decideWithoutPrompt } = endUserDecisions(webApi, user)
  const form = urlencoded({ extended: false, limit: '8kb' })

  router.get('/authorize', async (request, response) => {
    const [, ...query] = request.originalUrl.split('?')
    const authorization = await webApi('/auth/authorization', { parameters: query.join('?') })
    const session = sessions.find(request) ?? NEW_SESSION
    if (authorization.action === 'NO_INTERACTION') {
      answerBrowser(response, await decideWithoutPrompt(authorization, session))
    } else if (authorization.action === 'INTERACTION') {
      const step = mustLogIn(session.login, authorization) ? 'login' : 'consent'
      const interaction: Interaction = { step, csrf: randomText(), authorization }
      sessions.proceed(request, response, { ...session, interaction })
      response.redirect(303, '/interaction')
    } else answerBrowser(response, authorization)
  })

  // OpenID Connect Core section 3.1.2.1. After the redirect a browser sends the cookie of the session, which it does not send with a form of another site.
  router.post('/authorize', text({ type: FORM, limit: '8kb' }), (request, response) => {
    response.redirect(303, `/authorize?${(request.body as string | undefined) ?? ''}`)
  })

  router.get('/interaction', (request, response) => {
    const { interaction, login } = sessions.find(request) ?? NEW_SESSION
    if (interaction === undefined) sendPage(response, STALE_PAGE)
    else if (interaction.step === 'login' || login === undefined)
      sendPage(response, loginPage(interaction, user))
    else sendPage(response, consentPage(interaction, login.subject))
  })

  router.post('/login', form, (request, response) => {
    const session = sessions.find(request) ?? NEW_SESSION
    const interaction = interactionOf(session, request, 'login')
    if (interaction === undefined) {
      sendPage(response, STALE_PAGE)
    } else if (field(request, 'username') !== user.subject || field(request, 'password') !== user.password) {
      sendPage(response, wrongPasswordPage(interaction, user))
    } else {
      const login = { subject: user.subject, authTime: Math.floor(Date.now() / 1000) }
      const next: Interaction = { ...interaction, step: 'consent', csrf: randomText() }
      sessions.proceed(request, response, { ...session, login, interaction: next })
      response.redirect(303, '/interaction')
    }
  })

  router.post('/consent', form, async (request, response) => {
    const session = sessions.find(request) ?? NEW_SESSION
    const authorization = interactionOf(session, request, 'consent')?.authorization
    const { login } = session
    const decision = field(request, 'decision')
    if (authorization === undefined || login === undefined || !['allow', 'deny'].includes(decision)) {
      sendPage(response, STALE_PAGE)
      return
    }
    const consents = new Set(session.consents)
    if (decision === 'allow') consents.add(consentTo(authorization))
    sessions.proceed(request, response, { login, consents })
    const decided = decision === 'allow' ? issue(authorization, login) : deny(authorization)
    answerBrowser(response, await decided)
  })

  return router
}

function interactionOf(
  { interaction }: Session,
  request: Request,
  step: Interaction['step'],
): Interaction | undefined {
  return interaction?.step === step && interaction.csrf === field(request, 'csrf') ? interaction : undefined
}

function field(request: Request, name: string): string {
  const value = (request.body as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** Sends the answer that the action requires (docs/authlete-contract.md, section 2.1). Redirects come only from the Web API. */
function answerBrowser(response: Response, { action, responseContent = '' }: WebApiAnswer): void {
  switch (action) {
    case 'LOCATION':
      response.status(302).set('location', responseContent).end()
      break
    case 'FORM':
      // A script of the page posts it to the client.
      response.removeHeader('content-security-policy')
      response.set('content-type', 'text/html;charset=UTF-8').end(responseContent)
      break
    case 'BAD_REQUEST':
    case 'INTERNAL_SERVER_ERROR':
      response.status(action === 'BAD_REQUEST' ? 400 : 500)
      response.set('content-type', 'application/json').end(responseContent)
      break
    default:
      throw new Error(`the Web API answered with the action ${action}`)
  }
}
