import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { endpoints } from '../../infra/management/endpoints.ts'
import type { Service } from '../model/state.ts'
import { type Mode, serviceSettings } from '../model/world.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import type { Random } from '../support/random.ts'
import type { EdgeArgument, EdgeReady } from './edge.ts'
import { BareServer } from './handshakes.ts'
import { makeIdentities } from './identities.ts'
import { LogWatch } from './log-watch.ts'
import { startMeasured } from './measured-process.ts'
import { modelSender } from './model-requests.ts'
import { currentSeconds } from './play.ts'
import { Report } from './report.ts'
import { openSender, type Send } from './requests.ts'
import { StoreOutages } from './store-outages.ts'

const REFRESHES = ['kept', 'rotated', 'idempotent'] as const

const METHODS = [
  ...(['NONE', 'CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'] as const),
  ...(['SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'] as const),
]

/** The site of `npm start` in a process of its own. Its engine is here, behind a proxy that can be cut. */
export async function openWorld(random: Random) {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-soak-')))
  const identities = await makeIdentities(folder.path)
  const engine = await startEmbeddedEngine({})
  opened.defer(engine.close)
  const proxy = await startCuttingProxy(engine.endpoint)
  opened.defer(proxy.close)
  const [report, watch, outages] = [new Report(), new LogWatch(), new StoreOutages(proxy)]
  const { truststore, ca } = identities
  const argument: EdgeArgument = { endpoint: proxy.endpoint, directory: folder.path, truststore }
  const onError = (line: string) => report.fault('failure of the edge', line)
  const edge = await startMeasured<EdgeReady>(
    'edge.ts',
    argument,
    (line) => {
      report.logLine(line)
      if (watch.finds(line)) report.fault('secret in the log', line)
    },
    onError,
  )
  opened.defer(edge.close)
  const [first = ''] = identities.trusted
  const bare = await BareServer.start(folder.path, { ca, ...identities.of(first) }, onError)
  opened.defer(() => bare.close())

  const { mtlsUrl, webApiUrl, seeded } = edge.ready
  const [mtlsPort = 0, plainPort = 0] = [mtlsUrl, webApiUrl].map((url) => Number(new URL(url).port))
  const identity = (name?: string) => ({
    ...{ ca, servername: 'localhost' },
    ...(name === undefined ? {} : identities.of(name)),
  })
  const { send, close } = openSender({ mtlsPort, plainPort, identity, report, outages })
  opened.defer(close)
  watch.keep(seeded.serviceApiSecret, seeded.serviceAccessToken)
  for (const name of identities.trusted) watch.keepPem(identities.of(name).cert)

  const mode: Mode = { refresh: random.pick(REFRESHES), jwt: false }
  let place = 0
  const nextPlace = () => ++place
  const mutualTls = (name: string) => ({ host: '127.0.0.1', port: mtlsPort, ...identity(name) })
  const service = serviceOf(seeded.serviceId, seeded.issuer, seeded.serviceAccessToken)
  await settle(send, service, { ...serviceSettings(mode), ...proofUrls(mtlsUrl) })
  const certificates = Object.fromEntries(
    identities.trusted.map((name) => [
      name,
      { pem: identities.of(name).cert, thumbprint: identities.thumbprint(name) },
    ]),
  )
  const running = opened.move()
  return {
    ...{ report, watch, outages, edge, bare, service, nextPlace, sendAsked: send },
    ...{ mode, certificates, number: service.number, oauthUrl: mtlsUrl, methods: METHODS },
    send: modelSender({ send, identities, watch, random: random.fork(), mutualTls }),
    close: () => running.disposeAsync(),
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

function serviceOf(number: number, issuer: string, manage: string): Service {
  const now = currentSeconds()
  const created = {
    ...{ start: 0, end: 0, gone: 0, process: 0 },
    ...{ startedAt: now, endedAt: now, latest: now },
  }
  const none = {
    again: false,
    isNoted: true,
    deletions: [],
    notBefore: [],
    revocations: [],
    shown: [],
    lists: [],
    announced: [],
  }
  return { number, issuer, manage, created, ...none }
}

/** Proofs are for the endpoints of the domain with mutual TLS, on both domains. */
const proofUrls = (mtls: string) => ({
  ...endpoints({ mtls, plain: mtls, mtlsOnly: true }),
  mtlsEndpointAliases: [],
})

async function settle(send: Send, { number, manage }: Service, settings: object): Promise<void> {
  const { status, text } = await send({
    ...{ as: undefined, on: 'plain', kind: 'settings', path: `/api/${number}/service/update` },
    headers: { authorization: `Bearer ${manage}`, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  })
  if (status !== 200) throw new Error(`the service cannot be changed: ${text}`)
}
