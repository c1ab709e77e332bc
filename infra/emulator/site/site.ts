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
import type { MutualTls, TlsPolicy } from '../../connections/mutual-tls.ts'
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

/** The ports of a site. If one is absent or 0, a free port is used. The command line options are `--NAME-port`. */
export type Ports = ExamplePorts & Partial<Readonly<Record<'mtls' | 'plain' | 'api', number>>>

export interface SiteOptions {
  readonly ports?: Ports
  /** The folder of the development certificates. */
  readonly directory: string
  /** A file of further trusted CAs. */
  readonly truststore?: string | undefined
  /** Whether the OAuth endpoints are only on the mutual-TLS domain, which is the default of a deployment. Otherwise they are on both domains. */
  readonly mtlsOnly?: boolean
  /** The TLS policy of both domains. If absent, `BCP_195`. */
  readonly policy?: TlsPolicy
  /** Whether a new service has the FAPI 2.0 Security Profile. */
  readonly fapi2?: boolean
  /** The folder that keeps the data between runs (`openDataFolder`). If absent, the data is in memory. */
  readonly dataDirectory?: string | undefined
  /** Called with the log line of each request. If absent, nothing is logged. */
  readonly onLine?: (line: string) => void
  /** An engine that replaces the embedded one, and is closed with the site. */
  readonly engine?: Engine
  /** The packaged functions, each run in a process with Lambda's runtime client. If absent, the functions run in this process. */
  readonly packaged?: Packaged | undefined
}

/** A running installation of certbound on this machine. */
export interface Site {
  readonly mtlsUrl: string
  /** The plain domain over HTTPS: the issuer. */
  readonly plainUrl: string
  /** The URL of the plain domain over HTTP, for callers of the Web API. */
  readonly webApiUrl: string
  /** The endpoint of the engine, which requires no password. */
  readonly dynamodbUrl: string
  readonly truststore: Truststore
  readonly examples: Examples
  readonly seeded: Seeded
  /** The issuer of the kept data, if it differs. */
  readonly formerIssuer: string | undefined
  readonly certificates: DevelopmentCertificates<ClientCertificate>
  readonly runtime: Runtime
  readonly close: () => Promise<void>
}

/**
 * Starts all of certbound on this machine: the engine in this process, a mutual-TLS domain and a plain domain in front of the deployed
 * handlers, a seeded service whose issuer is the plain domain, and an authorization server and resource servers that use it.
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
  const policy = options.policy && { policy: options.policy }
  const domains = await openDomains(routes, { ...tls, ...policy }, ports, opened)
  const { mtlsUrl, plainUrl, webApiUrl } = domains

  const { seeded, formerIssuer } = await keepOrSeed(runtime, serviceId, kept.seeded, plainUrl, options)
  // The secrets are stored first, so that a later failure does not lose them.
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

/** Keeps the settings of an existing service, except URLs of this machine, or seeds a new one. @throws Complaint */
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
      `the service in ${dataDirectory} does not have the profile fapi2: use --fresh to create a new one`,
    )
  }
  return { seeded: { ...kept, issuer }, formerIssuer: service.issuer === issuer ? undefined : service.issuer }
}

/** The TLS identity of a client of the site. If the name is absent, it presents no certificate. */
export function tlsIdentity({ ca, clients }: Site['certificates'], name?: ClientCertificate): TlsIdentity {
  return { ca: ca.cert, ...(name === undefined ? {} : clients[name]) }
}
