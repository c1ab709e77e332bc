import { join } from 'node:path'
import type { Settings } from '../../shared/settings.ts'
import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import { type DevelopmentCertificates, developmentCertificates } from './certificates.ts'
import { deployedFunctions } from './deployed-functions.ts'
import { mutualTlsEdge, plainEdge } from './edge.ts'
import { startEmbeddedEngine } from './engine.ts'
import { keptSeed } from './kept-seed.ts'
import { newIdentity, seed, type Seeded } from './seed.ts'
import { createTables, LOCAL_DYNAMODB } from './tables.ts'
import { readTruststore } from './truststore.ts'

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
  /** Where the development certificates are. */
  readonly directory: string
  /** Further trusted CAs. */
  readonly truststore?: string | undefined
  /** Keeps the data between runs; in memory without it. */
  readonly dataDirectory?: string | undefined
  readonly logLevel: Settings['logLevel']
}

export interface Site {
  readonly mtlsUrl: string
  readonly webApiUrl: string
  readonly seeded: Seeded
  readonly certificates: DevelopmentCertificates
  readonly runtime: Runtime
  readonly close: () => Promise<void>
}

/**
 * The whole of certbound on this machine: the engine in this process, a mutual-TLS domain and a plain domain in front
 * of the deployed handlers, and a seeded service.
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
  const { dataDirectory } = options
  const kept = keptSeed(dataDirectory)
  const identity = (await kept.read()) ?? newIdentity()

  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const engine = await startEmbeddedEngine(
      dataDirectory === undefined ? {} : { directory: join(dataDirectory, 'dynamodb') },
    )
    closers.push(engine.close)
    const settings = settingsFor(identity.serviceId, options.logLevel)
    await createTables(engine.endpoint, settings.registryTable, settings.grantsTable)
    const runtime = runtimeFor(settings, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
    closers.push(() => {
      runtime.store.close()
      return Promise.resolve()
    })

    const common = { routes: deployedFunctions(runtime), apiId: API_ID, host: HOST, onError: console.error }
    const { server } = certificates
    const mtls = await mutualTlsEdge({
      ...common,
      domainName: MTLS_DOMAIN,
      port: options.mtlsPort,
      key: server.key,
      cert: server.certificate,
      truststore: [...own, ...further],
    })
    closers.push(mtls.close)
    const api = await plainEdge({ ...common, domainName: API_DOMAIN, port: options.apiPort })
    closers.push(api.close)

    const mtlsUrl = `https://localhost:${String(mtls.port)}`
    const seeded = { ...identity, issuer: mtlsUrl }
    await seed(runtime.store, seeded, runtime.now())
    await kept.write(seeded)
    return {
      mtlsUrl,
      webApiUrl: `http://localhost:${String(api.port)}`,
      seeded,
      certificates,
      runtime,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function settingsFor(serviceId: number, logLevel: Settings['logLevel']): Settings {
  return {
    registryTable: 'certbound-registry',
    grantsTable: 'certbound-grants',
    serviceId,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: [API_ID],
    registryCacheSeconds: 10,
    logLevel,
  }
}
