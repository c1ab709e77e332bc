import { createServer } from 'node:http'
import type { StoredPair } from '../../emulator/certificates.ts'
import { listen, type Listening } from '../../emulator/listen.ts'
import type { TlsIdentity } from '../../emulator/mutual-tls-request.ts'
import { application } from './application.ts'
import { authorizationServer } from './authorization-server.ts'
import { CALLBACK_PATH, clientPage } from './client-page.ts'
import { type MutualTls, mutualTlsServer } from './mutual-tls.ts'
import type { User } from './pages.ts'
import { resourceServer } from './resource-server.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { type WebApiAccess, webApiClient } from './web-api-client.ts'

export const DEVELOPMENT_USER: User = { subject: 'testuser01', password: 'correct-horse' }

/** 0 takes a free one. */
export interface FrontEndPorts {
  readonly pages: number
  readonly tokenEndpoint: number
  readonly resourceServer: number
}

export interface FrontEndOptions extends WebApiAccess {
  readonly issuer: string
  /** The public client, for the demo client. */
  readonly clientId: string
  readonly ports: FrontEndPorts
  readonly server: StoredPair
  /** PEM of the CA of `server`. */
  readonly ca: string
  /** PEM of every trusted CA and self-signed client certificate. */
  readonly truststore: readonly string[]
  readonly holder: StoredPair
  readonly stranger: StoredPair
  /** Told of each listener as soon as it is open, so that a failure of the next one leaves none behind. */
  readonly opened: (listening: Listening) => void
}

export interface FrontEnd {
  /** The pages: the demo client, login and consent. */
  readonly frontEndUrl: string
  /** The token endpoint. */
  readonly frontEndMtlsUrl: string
  readonly resourceServerUrl: string
  /** Of the demo client, to be registered. */
  readonly redirectUri: string
}

const HOST = '127.0.0.1'

/**
 * An authorization server and a resource server in front of the Web API, and a client that uses both.
 * @throws Error with one line for the user when a port cannot be had
 */
export async function startFrontEnd(options: FrontEndOptions): Promise<FrontEnd> {
  const { ports, server, ca, opened } = options
  const webApi = webApiClient(options)
  const tls: MutualTls = { key: server.key, cert: server.certificate, ca: options.truststore }
  const open = async (listener: Parameters<typeof listen>[0], port: number, option: string) => {
    const listening = await listen(listener, { host: HOST, port, option })
    opened(listening)
    return listening.port
  }

  const tokenServer = mutualTlsServer(tls, tokenEndpoint(webApi))
  const tokenPort = await open(tokenServer, ports.tokenEndpoint, '--front-end-mtls-port')
  const resources = mutualTlsServer(tls, resourceServer(webApi))
  const resourcePort = await open(resources, ports.resourceServer, '--resource-port')
  const pages = createServer()
  const pagesPort = await open(pages, ports.pages, '--front-end-port')

  const frontEnd: FrontEnd = {
    frontEndUrl: `http://localhost:${pagesPort}`,
    frontEndMtlsUrl: `https://localhost:${tokenPort}`,
    resourceServerUrl: `https://localhost:${resourcePort}`,
    redirectUri: `http://localhost:${pagesPort}${CALLBACK_PATH}`,
  }
  const client = {
    ...{ clientId: options.clientId, issuer: options.issuer, redirectUri: frontEnd.redirectUri },
    authorizationEndpoint: `${frontEnd.frontEndUrl}/authorize`,
    tokenEndpoint: `${frontEnd.frontEndMtlsUrl}/token`,
    accountsUrl: `${frontEnd.resourceServerUrl}/accounts`,
  }
  const identity = ({ certificate, key }: StoredPair): TlsIdentity => ({ ca, cert: certificate, key })
  const presenters = { holder: identity(options.holder), stranger: identity(options.stranger) }
  // Its own address is known only now; nobody has had it before.
  pages.on(
    'request',
    application((app) => {
      app.get('/style.css', (_request, response) => {
        response.sendFile('style.css', { root: import.meta.dirname })
      })
      app.use(clientPage(client, presenters))
      app.use(authorizationServer(webApi, DEVELOPMENT_USER))
    }),
  )
  return frontEnd
}
