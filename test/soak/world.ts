import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { registerClient, type SoakClient, WISHES } from './clients.ts'
import { startEdge } from './edge-process.ts'
import { makeIdentities } from './identities.ts'
import { LogWatch } from './log-watch.ts'
import { Pool } from './pool.ts'
import type { Random } from '../support/random.ts'
import { Report } from './report.ts'
import { openSender } from './requests.ts'
import { StoreOutages } from './store-outages.ts'
import { openWebApi } from './web-api.ts'

/** What a refresh does to the refresh token; a setting of the service. */
const REFRESHES = ['kept', 'rotated', 'idempotent'] as const
export type Refreshes = (typeof REFRESHES)[number]

/** Its tokens end within seconds. */
export const BRIEF = { scope: 'brief', seconds: 2 }

/**
 * The site of `npm start` in a process of its own. Its engine is here, behind a proxy that can be cut. The service
 * has a client of each kind.
 */
export async function openWorld(random: Random) {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-soak-')))
  const identities = await makeIdentities(folder.path)
  const engine = await startEmbeddedEngine({})
  opened.defer(engine.close)
  const proxy = await startCuttingProxy(engine.endpoint)
  opened.defer(proxy.close)
  const [report, watch, outages] = [new Report(), new LogWatch(), new StoreOutages(proxy)]
  const edge = await startEdge(
    { endpoint: proxy.endpoint, directory: folder.path, truststore: identities.truststore },
    (line) => {
      report.logLine(line)
      if (watch.finds(line)) report.fault('secret in the log', line)
    },
    (line) => report.fault('failure of the edge', line),
  )
  opened.defer(edge.close)

  const { mtlsUrl, webApiUrl, seeded } = edge.ready
  const [mtlsPort = 0, plainPort = 0] = [mtlsUrl, webApiUrl].map((url) => Number(new URL(url).port))
  const identity = (name?: string) => ({
    ...{ ca: identities.ca, servername: 'localhost' },
    ...(name === undefined ? {} : identities.of(name)),
  })
  const { send, close } = openSender({ mtlsPort, plainPort, identity, report, outages })
  opened.defer(close)
  watch.keep(seeded.serviceApiSecret, seeded.serviceAccessToken)
  for (const name of identities.trusted) watch.keepPem(identities.of(name).cert)

  const webApi = openWebApi(send, seeded.serviceId, seeded.serviceAccessToken)
  const refreshes = random.pick(REFRESHES)
  await settle(webApi, refreshes)
  const registered: SoakClient[] = []
  for (const wish of [...WISHES, RESOURCE_SERVER]) {
    const client = await registerClient(wish, { webApi, identities, watch })
    if (client === undefined) throw new Error(`no client was registered for ${wish.method}`)
    registered.push(client)
  }
  const resourceServer = registered.pop() as SoakClient
  const running = opened.move()
  return {
    ...{ report, watch, outages, identities, identity, edge, send, webApi, mtlsPort, refreshes, seeded },
    ...{ clients: registered, resourceServer, pool: new Pool(), issuer: seeded.issuer },
    close: () => running.disposeAsync(),
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

const RESOURCE_SERVER = { method: 'CLIENT_SECRET_BASIC', holds: 'soak-c', audiences: ['*'] } as const

async function settle(webApi: ReturnType<typeof openWebApi>, refreshes: Refreshes): Promise<void> {
  const methods = ['NONE', 'CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'PRIVATE_KEY_JWT']
  const brief = {
    name: BRIEF.scope,
    attributes: [{ key: 'access_token.duration', value: String(BRIEF.seconds) }],
  }
  const { status, json } = await webApi('service update', '/service/update', {
    supportedTokenAuthMethods: [...methods, 'TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH'],
    supportedScopes: [{ name: 'accounts:read' }, { name: 'payments:write' }, brief],
    refreshTokenKept: refreshes === 'kept',
    refreshTokenIdempotent: refreshes === 'idempotent',
  })
  if (status !== 200) throw new Error(`the service cannot be changed: ${JSON.stringify(json)}`)
}
