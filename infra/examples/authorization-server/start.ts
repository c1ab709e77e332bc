import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { listen } from '../../connections/listen.ts'
import { BCP_195, type MutualTls } from '../../connections/mutual-tls.ts'
import { application } from './application.ts'
import { authorizationServer } from './authorization-server.ts'
import { CALLBACK_PATH, clientPage, type Presenters } from './client-page.ts'
import { mutualTlsServer } from './mutual-tls.ts'
import type { User } from './pages.ts'
import { resourceServer } from './resource-server.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { userinfoEndpoint } from './userinfo.ts'
import { type WebApiAccess, webApiClient } from './web-api-client.ts'

export const DEVELOPMENT_USER: User = {
  ...{ subject: 'testuser01', password: 'correct-horse' },
  claims: { name: 'Test User', email: 'testuser01@example.org', email_verified: true },
}

/** The ports of the servers. If one is absent or 0, a free port is used. The command line options are `--NAME-port`. */
export type FrontEndPorts = Partial<Readonly<Record<FrontEndPort, number>>>
type FrontEndPort = 'front-end' | 'front-end-tls' | 'front-end-mtls' | 'resource'

export interface FrontEndOptions extends WebApiAccess {
  readonly issuer: string
  /** The client of the demo client. */
  readonly clientId: string
  /** The endpoint to which the demo client pushes its requests. If absent, they are not pushed. */
  readonly parEndpoint: string | undefined
  readonly ports: FrontEndPorts
  readonly tls: MutualTls
  readonly presenters: Presenters
}

export interface FrontEnd {
  /** The URL of the pages: the demo client, login and consent. */
  readonly frontEndUrl: string
  /** The URL of the login and consent pages over HTTPS, which metadata requires. */
  readonly authorizationEndpoint: string
  /** The userinfo endpoint over HTTPS. The mutual-TLS server also has it. */
  readonly userInfoEndpoint: string
  /** The mutual-TLS server with the token endpoint and the userinfo endpoint. */
  readonly frontEndMtlsUrl: string
  readonly resourceServerUrl: string
  /** The redirect URI of the demo client. The caller must register it. */
  readonly redirectUri: string
  readonly close: () => Promise<void>
}

/**
 * Starts an authorization server and a resource server in front of the Web API, and a client that uses both.
 * @throws Complaint if a port cannot be used
 */
export async function startFrontEnd(options: FrontEndOptions): Promise<FrontEnd> {
  const { ports, tls, presenters, issuer, clientId, parEndpoint } = options
  const webApi = webApiClient(options)
  await using opened = new AsyncDisposableStack()
  const open = async (server: Server, name: FrontEndPort) => {
    const listening = await listen(server, ports[name], `--${name}-port`)
    opened.defer(listening.close)
    return listening.port
  }

  // Both need their own URLs, which are known only after they listen.
  let [tokenUrl, accountsUrl] = ['', '']
  const overMtls = application((app) => {
    app.use(userinfoEndpoint(webApi, DEVELOPMENT_USER))
    app.use(tokenEndpoint(webApi, () => tokenUrl))
  })
  const tokenPort = await open(mutualTlsServer(tls, overMtls), 'front-end-mtls')
  const resourcePort = await open(
    mutualTlsServer(
      tls,
      resourceServer(webApi, () => accountsUrl),
    ),
    'resource',
  )
  const pages = createServer()
  const pagesOverTls = createTlsServer({ key: tls.key, cert: tls.cert, ...BCP_195 })
  const tlsPort = await open(pagesOverTls, 'front-end-tls')
  const authorizationEndpoint = `https://localhost:${tlsPort}/authorize`
  const userInfoEndpoint = `https://localhost:${tlsPort}/userinfo`
  // FAPI 2.0 allows http redirect URIs only with a loopback IP address.
  const frontEndUrl = `http://127.0.0.1:${await open(pages, 'front-end')}`
  const frontEndMtlsUrl = `https://localhost:${tokenPort}`
  tokenUrl = `${frontEndMtlsUrl}/token`
  const resourceServerUrl = `https://localhost:${resourcePort}`
  accountsUrl = `${resourceServerUrl}/accounts`
  const redirectUri = `${frontEndUrl}${CALLBACK_PATH}`
  const client = {
    clientId,
    issuer,
    redirectUri,
    parEndpoint,
    // Browsers do not trust the CA of this machine. Other clients use the HTTPS URL of the metadata.
    authorizationEndpoint: `${frontEndUrl}/authorize`,
    tokenEndpoint: tokenUrl,
    accountsUrl,
  }
  // The pages need their own URL, which is known only after they listen.
  const app = application((app) => {
    app.get('/style.css', (_request, response) => {
      response.sendFile('style.css', { root: import.meta.dirname })
    })
    app.use(clientPage(client, presenters))
    app.use(authorizationServer(webApi, DEVELOPMENT_USER))
    app.use(userinfoEndpoint(webApi, DEVELOPMENT_USER))
  })
  pages.on('request', app)
  pagesOverTls.on('request', app)
  const running = opened.move()
  const close = () => running.disposeAsync()
  const endpoints = { authorizationEndpoint, userInfoEndpoint }
  return { frontEndUrl, ...endpoints, frontEndMtlsUrl, resourceServerUrl, redirectUri, close }
}
