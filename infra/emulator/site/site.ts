import { randomBytes } from 'node:crypto'
import { openLog } from '../../../shared/runtime/log.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { FAPI2 } from '../../../shared/store/profile.ts'
import { newNumber } from '../../../shared/store/identity.ts'
import { type ExamplePorts, type Examples, startExamples } from '../../examples/examples.ts'
import { ENDPOINT_PATHS } from '../../../shared/metadata/endpoint-paths.ts'
import { Complaint } from '../../command.ts'
import { localAws } from '../../tables/tables.ts'
import { allClients, refuseIssuingClients } from '../../truststore/issuing-clients.ts'
import { readTruststore, type Truststore } from '../../truststore/truststore.ts'
import { type DevelopmentCertificates, developmentCertificates } from './certificates.ts'
import { deployedFunctions } from './deployed-functions.ts'
import { mutualTlsEdge, plainEdge, plainTlsEdge } from '../edge/edge.ts'
import { type Engine, startEmbeddedEngine } from '../engine.ts'
import { type Packaged, startPackagedFunctions } from '../lambda/packaged-functions.ts'
import { localRuntime, localVariables, MTLS_DOMAIN, PLAIN_DOMAIN } from '../local-runtime.ts'
import type { TlsIdentity } from '../../connections/mutual-tls-request.ts'
import type { MutualTls } from '../../connections/mutual-tls.ts'
import type { EdgeRoutes } from '../edge/route-match.ts'
import { addressesOf, withAddresses } from './addresses.ts'
import { openDataFolder } from './data-folder.ts'
import {
  CLIENT_CERTIFICATES,
  type ClientCertificate,
  registerRedirectUri,
  seed,
  type Seeded,
} from './seed.ts'

/** The ports that a site listens on; a free one where it is absent or 0. The command line options are `--NAME-port`. */
export type Ports = ExamplePorts & Partial<Readonly<Record<'mtls' | 'plain' | 'api', number>>>

export interface SiteOptions {
  readonly ports?: Ports
  /** The folder of the development certificates. */
  readonly directory: string
  /** A file of further trusted CAs. */
  readonly truststore?: string | undefined
  /** The OAuth endpoints answer only on the mutual-TLS domain, as in a deployment by default. On both without it. */
  readonly mtlsOnly?: boolean
  /** A new service has the FAPI 2.0 Security Profile. */
  readonly fapi2?: boolean
  /** Keeps the data between runs (`openDataFolder`); in memory without it. */
  readonly dataDirectory?: string | undefined
  /** Gets the log line of each request; without it nothing is logged. */
  readonly onLine?: (line: string) => void
  /** Used instead of the embedded engine, and closed with the site. */
  readonly engine?: Engine
  /** The functions as they are packaged, each a process under Lambda's runtime client; in this process without it. */
  readonly packaged?: Packaged | undefined
}

/** A running installation of certbound on this machine. */
export interface Site {
  readonly mtlsUrl: string
  /** The plain domain over HTTPS: the issuer. */
  readonly plainUrl: string
  /** The plain domain over HTTP, for callers of the Web API. */
  readonly webApiUrl: string
  /** The engine, which asks for no password. */
  readonly dynamodbUrl: string
  readonly truststore: Truststore
  readonly examples: Examples
  readonly seeded: Seeded
  /** The issuer of the data that were kept, if it was another one. */
  readonly formerIssuer: string | undefined
  readonly certificates: DevelopmentCertificates<ClientCertificate>
  readonly runtime: Runtime
  readonly close: () => Promise<void>
}

/**
 * The whole of certbound on this machine: the engine in this process, a mutual-TLS domain and a plain domain in front
 * of the deployed handlers, a seeded service whose issuer is the plain domain, and an authorization server and resource servers
 * that use it.
 *
 * @throws Complaint
 */
export async function startSite(options: SiteOptions): Promise<Site> {
  const { ports = {}, directory, dataDirectory, mtlsOnly = false } = options
  const certificates = await developmentCertificates(directory, Object.values(CLIENT_CERTIFICATES))
  const own = await readTruststore(certificates.ca.certificateFile)
  const further = options.truststore === undefined ? [] : await readTruststore(options.truststore)
  const truststore = [...own, ...further]

  await using opened = new AsyncDisposableStack()
  const data = dataDirectory === undefined ? undefined : await openDataFolder(dataDirectory)
  const engine = opened.adopt(data?.engine ?? options.engine ?? (await startEmbeddedEngine({})), closeIt)
  const kept = data?.kept ?? {}
  const serviceId = kept.seeded?.serviceId ?? newNumber(randomBytes)
  const runtime = await openRuntime(serviceId, engine, options)
  opened.defer(() => {
    runtime.store.close()
  })
  if (further.length > 0) await refuseIssuingClients(further, await allClients(runtime.store.registry))
  const routes = await openFunctions(options, serviceId, runtime, engine, opened)
  const tls = { ...certificates.server, truststore }
  const domains = await openDomains(routes, tls, ports, opened)
  const { mtlsUrl, plainUrl, webApiUrl } = domains

  const { seeded, formerIssuer } = await keepOrSeed(runtime, serviceId, kept.seeded, plainUrl, options)
  // What fails from here on must not lose the secrets.
  await data?.keep({ ...kept, seeded })
  const { resourceServer } = seeded
  const [demoClient] = seeded.clients
  const hasProfile = demoClient.type === 'CONFIDENTIAL'
  const examples = await startExamples({
    ...{ ...seeded, webApiUrl, tls, ports },
    clientId: demoClient.clientId,
    parEndpoint: hasProfile ? `${mtlsUrl}${ENDPOINT_PATHS.pushed_authorization_request_endpoint}` : undefined,
    presenters: {
      holder: tlsIdentity(certificates, demoClient.certificate),
      stranger: tlsIdentity(certificates, CLIENT_CERTIFICATES.STRANGER),
    },
    library: {
      mtlsUrl,
      clientId: resourceServer.clientId,
      introspector: tlsIdentity(certificates, resourceServer.certificate),
      onLine: options.onLine,
      ...(hasProfile && { dpopAlgorithms: FAPI2.requests.algorithms.allows.items.enum }),
    },
  })
  opened.adopt(examples, closeIt)
  await registerRedirectUri(runtime.store, seeded, examples.redirectUri)
  const origins = { mtls: mtlsUrl, plain: plainUrl, mtlsOnly }
  const addresses = addressesOf(origins, examples)
  await runtime.store.registry.changeService(seeded.serviceId, (service) =>
    withAddresses(service, addresses, kept.addresses ?? {}),
  )
  await data?.keep({ seeded, addresses })

  const running = opened.move()
  const close = () => running.disposeAsync()
  return {
    ...{ ...domains, dynamodbUrl: engine.endpoint, examples, truststore, seeded, formerIssuer },
    ...{ certificates, runtime, close },
  }
}

const closeIt = ({ close }: { readonly close: () => Promise<void> }) => close()

async function openRuntime(
  serviceId: number,
  { endpoint }: Engine,
  { onLine, mtlsOnly }: SiteOptions,
): Promise<Runtime> {
  const LOG_LEVEL = onLine === undefined ? 'silent' : 'info'
  const runtime = await localRuntime(endpoint, serviceId, { LOG_LEVEL, ...oauthOn(mtlsOnly) })
  const log = openLog(LOG_LEVEL, (line) => onLine?.(line.trimEnd()))
  return { ...runtime, log }
}

const oauthOn = (mtlsOnly = false) => ({ OAUTH_ON_MTLS_ONLY: String(mtlsOnly) })

async function openFunctions(
  { packaged, mtlsOnly }: SiteOptions,
  serviceId: number,
  runtime: Runtime,
  { endpoint }: Engine,
  opened: AsyncDisposableStack,
): Promise<EdgeRoutes> {
  if (packaged === undefined) return deployedFunctions(runtime)
  const variables = { ...localVariables(serviceId), ...oauthOn(mtlsOnly) }
  const functions = await startPackagedFunctions(packaged, { variables, aws: localAws(endpoint) })
  return opened.adopt(functions, closeIt).routes
}

async function openDomains(routes: EdgeRoutes, tls: MutualTls, ports: Ports, opened: AsyncDisposableStack) {
  const common = { routes, onError: console.error }
  const mtls = await mutualTlsEdge({ ...common, ...MTLS_DOMAIN, ...tls, port: ports.mtls })
  opened.adopt(mtls, closeIt)
  const plain = await plainTlsEdge({ ...common, ...PLAIN_DOMAIN, ...tls, port: ports.plain })
  opened.adopt(plain, closeIt)
  const api = await plainEdge({ ...common, ...PLAIN_DOMAIN, port: ports.api })
  opened.adopt(api, closeIt)
  return {
    mtlsUrl: `https://localhost:${mtls.port}`,
    plainUrl: `https://localhost:${plain.port}`,
    webApiUrl: `http://localhost:${api.port}`,
  }
}

/** A service that is there keeps its settings, except for addresses of this machine. @throws Complaint */
async function keepOrSeed(
  runtime: Runtime,
  serviceId: number,
  kept: Seeded | undefined,
  issuer: string,
  { fapi2 = false, dataDirectory }: SiteOptions,
): Promise<Pick<Site, 'seeded' | 'formerIssuer'>> {
  const service = await runtime.store.registry.findCurrentService(serviceId)
  if (kept === undefined || service === undefined) {
    return { seeded: await seed(runtime, serviceId, issuer, fapi2), formerIssuer: undefined }
  }
  if (fapi2 && !service.fapi2) {
    throw new Complaint(
      `the service in ${dataDirectory} does not have the profile fapi2: --fresh begins with a new one`,
    )
  }
  return { seeded: { ...kept, issuer }, formerIssuer: service.issuer === issuer ? undefined : service.issuer }
}

/** What a client of the site presents; without a name it presents no certificate. */
export function tlsIdentity({ ca, clients }: Site['certificates'], name?: ClientCertificate): TlsIdentity {
  return { ca: ca.cert, ...(name === undefined ? {} : clients[name]) }
}
