import { type Request, type Response, Router } from 'express'
import type { JSONWebKeySet } from 'jose'
import { type HttpAnswer, mutualTlsRequest, type TlsIdentity } from '../../connections/mutual-tls-request.ts'
import {
  authorizationRequest,
  type DemoClient,
  judgeIdToken,
  judgeResponse,
  type KeptRequest,
  pushedRequest,
  tokenRequest,
} from './client-flow.ts'
import { html, type Markup } from '../../markup.ts'
import { sendPage } from './markup.ts'
import { randomText, readCookie } from './sessions.ts'

export const CALLBACK_PATH = '/cb'

export interface Presenters {
  /** The TLS identity with the certificate that tokens are bound to. */
  readonly holder: TlsIdentity
  /** A TLS identity with another certificate of the same CA. */
  readonly stranger: TlsIdentity
}

const COOKIE = 'certbound-client'
const COOKIE_OPTIONS = { httpOnly: true, sameSite: 'lax', path: CALLBACK_PATH } as const

/** The pages of a demonstration client: it sends the browser to the authorization server, and shows each step of the flow. */
export function clientPage(client: DemoClient, presenters: Presenters): Router {
  const router = Router()

  router.get('/', async (_request, response) => {
    const kept = { state: randomText(), verifier: randomText(), nonce: randomText() }
    response.cookie(COOKIE, `${kept.state}.${kept.verifier}.${kept.nonce}`, COOKIE_OPTIONS)
    const request = authorizationRequest(client, kept)
    const pushed = await push(client, presenters, request)
    const url = `${client.authorizationEndpoint}?${pushed?.query ?? request}`
    const main = html`<p>
        This page is an OAuth and OpenID Connect client. It sends you to the authorization server, which asks
        you to log in and to consent, and sends you back with a code.
      </p>
      <p><a class="button" href="${url}">Start the code flow</a></p>
      ${pushed?.shown ?? html``}
      <h2>The authorization request</h2>
      <pre tabindex="0">${url.replaceAll(/[?&]/g, '\n  $&')}</pre>`
    sendPage(response, { title: 'Demo client', main })
  })

  router.get(CALLBACK_PATH, async (request, response) => {
    const kept = keptRequest(request)
    response.clearCookie(COOKIE, COOKIE_OPTIONS)
    if (kept === undefined) {
      sendProblem(response, 'There is no pending request of this browser.')
      return
    }
    const answer = new URL(request.originalUrl, client.redirectUri).searchParams
    const judged = judgeResponse(answer, client, kept)
    if ('problem' in judged) {
      sendProblem(response, judged.problem)
      return
    }
    const form = tokenRequest(client, judged.code, kept)
    const token = await mutualTlsRequest(client.tokenEndpoint, presenters.holder, { form })
    const main = html`<h2>The code was received</h2>
      <pre tabindex="0">${judged.code}</pre>
      <h2>The client exchanges it over mutual TLS with its certificate</h2>
      <pre tabindex="0">${`POST ${client.tokenEndpoint}\n\n${token.status} ${token.text}`}</pre>
      ${token.status === 200 ? await login(client, kept, presenters, token) : html``}
      ${token.status === 200 ? await uses(client, presenters, token) : html``} ${AGAIN}`
    sendPage(response, { title: 'Back at the client', main })
  })

  return router
}

/** Pushes a request with the certificate of the client, which authenticates it. */
async function push(client: DemoClient, { holder }: Presenters, form: string) {
  const { parEndpoint } = client
  if (parEndpoint === undefined) return undefined
  const { status, text } = await mutualTlsRequest(parEndpoint, holder, { form })
  const shown = html`<h2>The client has pushed its request over mutual TLS with its certificate</h2>
    <pre tabindex="0">${`POST ${parEndpoint}\n  ${form.replaceAll('&', '\n  &')}\n\n${status} ${text}`}</pre>`
  return { shown, query: pushedRequest(client, text) }
}

const AGAIN = html`<p><a href="/">Once more</a></p>`

function keptRequest(request: Request): KeptRequest | undefined {
  const [state, verifier, nonce] = readCookie(request, COOKIE)?.split('.') ?? []
  if (state === undefined || verifier === undefined || nonce === undefined) return undefined
  return { state, verifier, nonce }
}

function sendProblem(response: Response, problem: string): void {
  const main = html`<p role="alert">${problem}</p>
    ${AGAIN}`
  sendPage(response, { status: 400, title: 'No token', main })
}

/** The part about the ID token. A service that does not offer `openid` issues no ID token. */
async function login(
  client: DemoClient,
  kept: KeptRequest,
  { holder: { ca } }: Presenters,
  token: HttpAnswer,
): Promise<Markup> {
  const { id_token } = JSON.parse(token.text) as { readonly id_token?: string }
  if (id_token === undefined) return html`<p>The response contains no ID token.</p>`
  const { text } = await mutualTlsRequest(`${client.issuer}/jwks`, { ca })
  const judged = await judgeIdToken(id_token, JSON.parse(text) as JSONWebKeySet, client, kept)
  if ('problem' in judged) return html`<p role="alert">${judged.problem}</p>`
  return html`<h2>The ID token identifies the end-user</h2>
    <pre tabindex="0">${JSON.stringify(judged.claims, null, 2)}</pre>`
}

/** The uses of one token: by the client, and by thieves with and without a certificate. */
async function uses(
  { accountsUrl }: DemoClient,
  { holder, stranger }: Presenters,
  token: HttpAnswer,
): Promise<Markup> {
  const { access_token } = JSON.parse(token.text) as { readonly access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  const use = async (who: string, identity: TlsIdentity) => {
    const { status, text, headers: answered } = await mutualTlsRequest(accountsUrl, identity, { headers })
    return html`<tr>
      <th scope="row">${who}</th>
      <td>${status}</td>
      <td>${status === 200 ? html`<b class="yes">✓ let in</b>` : html`<b class="no">✗ refused</b>`}</td>
      <td><code>${text === '' ? (answered['www-authenticate'] ?? '') : text}</code></td>
    </tr>`
  }
  return html`<h2>The token at the resource server</h2>
    <table>
      <caption>
        GET ${accountsUrl}
      </caption>
      <thead>
        <tr>
          <th scope="col">Presenter</th>
          <th scope="col">Status</th>
          <th scope="col">Result</th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        ${[
          await use('the client, with its certificate', holder),
          await use('a thief, with a certificate of the same CA', stranger),
          await use('a thief without a certificate', { ca: holder.ca }),
        ]}
      </tbody>
    </table>`
}
