import { join } from 'node:path'
import type { Settings } from '../../shared/settings.ts'
import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import { type DevelopmentCertificates, developmentCertificates, type StoredPair } from './certificates.ts'
import { deployedFunctions } from './deployed-functions.ts'
import { mutualTlsEdge, plainEdge } from './edge.ts'
import { type Engine, startEmbeddedEngine } from './engine.ts'
import { type FrontEnd, type FrontEndPorts, startFrontEnd } from '../examples/authorization-server/start.ts'
import { keptSeed } from './kept-seed.ts'
import { type Packaged, startPackagedFunctions } from './lambda/packaged-functions.ts'
import type { Routes } from './route-match.ts'
import { startSampleResourceServer } from './sample-resource-server.ts'
import { newIdentity, registerRedirectUri, seed, type Seeded } from './seed.ts'
import { createTables, LOCAL_DYNAMODB, localAws } from '../tables/tables.ts'
import { readTruststore, type Truststore } from '../truststore/truststore.ts'

export const CLIENT_CERTIFICATES = { PUBLIC: 'public-client', CONFIDENTIAL: 'confidential-client' } as const
/** A certificate of the same CA that belongs to neither client: trusted at the edge, refused with their tokens. */
export const STRANGER = 'stranger'

const HOST = '127.0.0.1'
const API_ID = 'local'
const MTLS_DOMAIN = 'mtls.certbound.test'
const API_DOMAIN = 'api.certbound.test'

export interface SiteOptions {
  /** 0 takes a free port. */
  readonly mtlsPort: number
  readonly apiPort: number
  /** Free ones without it. */
  readonly frontEndPorts?: FrontEndPorts
  /** Of the resource server with the library; a free one without it. */
  readonly libraryPort?: number
  /** Where the development certificates are. */
  readonly directory: string
  /** Further trusted CAs. */
  readonly truststore?: string | undefined
  /** Keeps the data between runs; in memory without it. */
  readonly dataDirectory?: string | undefined
  readonly logLevel: Settings['logLevel']
  /** Another DynamoDB than the embedded engine; it is closed with the site. */
  readonly engine?: Engine
  /** The functions as they are packaged, each a process under Lambda's runtime client; in this process without it. */
  readonly packaged?: Packaged | undefined
}

export interface Site {
  readonly mtlsUrl: string
  readonly webApiUrl: string
  /** Of the engine: who asks it is asked for no password. */
  readonly dynamodbUrl: string
  readonly truststore: Truststore
  readonly frontEnd: FrontEnd
  /** A resource server that uses certbound/resource-server. */
  readonly librarySampleUrl: string
  readonly seeded: Seeded
  readonly certificates: DevelopmentCertificates
  readonly runtime: Runtime
  readonly close: () => Promise<void>
}

type Closers = (() => Promise<void>)[]

/**
 * The whole of certbound on this machine: the engine in this process, a mutual-TLS domain and a plain domain in front
 * of the deployed handlers, a seeded service, and an authorization server and a resource server that use its Web API.
 *
 * @throws Error with one line for the user
 */
export async function startSite(options: SiteOptions): Promise<Site> {
  const certificates = await developmentCertificates(options.directory, [
    ...Object.values(CLIENT_CERTIFICATES),
    STRANGER,
  ])
  const own = await readTruststore(certificates.ca.certificateFile)
  const further = options.truststore === undefined ? [] : await readTruststore(options.truststore)
  const truststore = [...own, ...further]
  const { dataDirectory } = options
  const kept = keptSeed(dataDirectory)
  const identity = (await kept.read()) ?? newIdentity()

  const closers: Closers = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const engine =
      options.engine ??
      (await startEmbeddedEngine(
        dataDirectory === undefined ? {} : { directory: join(dataDirectory, 'dynamodb') },
      ))
    closers.push(engine.close)
    const settings = settingsFor(identity.serviceId, options.logLevel)
    await createTables(engine.endpoint, settings.registryTable, settings.grantsTable)
    const runtime = runtimeFor(settings, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
    closers.push(() => {
      runtime.store.close()
      return Promise.resolve()
    })

    const routes = await openFunctions(options, runtime, engine, closers)
    const common = { routes, apiId: API_ID, host: HOST, onError: console.error }
    const { server } = certificates
    const mtls = await mutualTlsEdge({
      ...common,
      domainName: MTLS_DOMAIN,
      port: options.mtlsPort,
      key: server.key,
      cert: server.certificate,
      truststore,
    })
    closers.push(mtls.close)
    const api = await plainEdge({ ...common, domainName: API_DOMAIN, port: options.apiPort })
    closers.push(api.close)

    const mtlsUrl = `https://localhost:${String(mtls.port)}`
    const webApiUrl = `http://localhost:${String(api.port)}`
    const seeded = { ...identity, issuer: mtlsUrl }
    await seed(runtime.store, seeded, runtime.now())
    await kept.write(seeded)
    const behind = { webApiUrl, seeded, certificates, truststore, runtime }
    const frontEnd = await openFrontEnd(behind, options, closers)
    const librarySampleUrl = await openSample(behind, options, closers)
    const about = { mtlsUrl, webApiUrl, dynamodbUrl: engine.endpoint, truststore }
    return { ...about, frontEnd, librarySampleUrl, seeded, certificates, runtime, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openFunctions(
  { packaged }: SiteOptions,
  runtime: Runtime,
  { endpoint }: Engine,
  closers: Closers,
): Promise<Routes> {
  if (packaged === undefined) return deployedFunctions(runtime)
  const variables = deployedVariables(runtime.settings)
  const functions = await startPackagedFunctions(packaged, { variables, aws: localAws(endpoint) })
  closers.push(functions.close)
  return functions.routes
}

/** What a template refers to, or takes from the operator. */
export function deployedVariables(settings: Settings): Record<string, string> {
  return {
    REGISTRY_TABLE: settings.registryTable,
    GRANTS_TABLE: settings.grantsTable,
    SERVICE_ID: String(settings.serviceId),
    MTLS_DOMAINS: settings.mtlsDomains.join(','),
    API_IDS: settings.apiIds.join(','),
  }
}

type Behind = Pick<Site, 'webApiUrl' | 'seeded' | 'certificates' | 'runtime'> & {
  readonly truststore: Truststore
}

async function openFrontEnd(
  { webApiUrl, seeded, certificates, truststore, runtime }: Behind,
  { frontEndPorts = { pages: 0, tokenEndpoint: 0, resourceServer: 0 } }: SiteOptions,
  closers: Closers,
): Promise<FrontEnd> {
  const frontEnd = await startFrontEnd({
    ...seeded,
    webApiUrl,
    clientId: seeded.clients[0].clientId,
    ports: frontEndPorts,
    server: certificates.server,
    ca: certificates.ca.certificate,
    truststore: truststore.map(String),
    holder: clientPair(certificates, CLIENT_CERTIFICATES.PUBLIC),
    stranger: clientPair(certificates, STRANGER),
    opened: (listening) => closers.push(listening.close),
  })
  await registerRedirectUri(runtime.store, seeded, frontEnd.redirectUri)
  return frontEnd
}

async function openSample(
  { webApiUrl, seeded, certificates, truststore, runtime }: Behind,
  { libraryPort: port = 0 }: SiteOptions,
  closers: Closers,
): Promise<string> {
  const sample = await startSampleResourceServer({
    ...{ store: runtime.store, now: runtime.now(), host: HOST, port, plainUrl: webApiUrl },
    ...{ serviceId: seeded.serviceId, issuer: seeded.issuer, server: certificates.server },
    truststore: truststore.map(String),
  })
  closers.push(sample.close)
  return `https://localhost:${sample.port}`
}

function clientPair({ clients }: DevelopmentCertificates, name: string): StoredPair {
  const pair = clients.get(name)
  if (pair === undefined) throw new Error(`no certificate ${name}`)
  return pair
}

function settingsFor(serviceId: number, logLevel: Settings['logLevel']): Settings {
  return {
    registryTable: 'certbound-registry',
    grantsTable: 'certbound-grants',
    serviceId,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: [API_ID],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: 10,
    logLevel,
  }
}
