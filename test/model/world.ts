import { hash } from 'node:crypto'
import { type DeploymentSettings, serviceNumber } from '../../infra/aws/settings/settings.ts'
import { findPresent, type NewSecrets, provision } from '../../infra/aws/provisioning/provision.ts'
import { localDynamoDb } from '../../infra/emulator/local-runtime.ts'
import { createTables } from '../../infra/tables/tables.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { PUBLIC_INTERNET } from '../../shared/runtime/internet.ts'
import { openLog } from '../../shared/runtime/log.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Settings } from '../../shared/runtime/settings.ts'
import { TOKEN_AUTH_METHODS, type TokenAuthMethod } from '../../shared/store/service.ts'
import { openStore, type ProcessStore } from '../../shared/store/store.ts'
import { API_IDS, MTLS_DOMAIN, START } from '../support/fixed-runtime.ts'
import { gateway, type Received, type Sent } from '../support/gateway.ts'
import { watch } from '../support/secrets/taps.ts'
import { rawTables } from '../support/raw-tables.ts'
import { REDIRECT_URI } from '../support/walk.ts'
import { CERTIFICATES, ISSUER } from './certificates.ts'
import { listSource, readList } from './lists.ts'
import { CACHE_SECONDS } from './certainty.ts'
import { stoppingAt } from './requests.ts'
import type { Span, Written } from './state.ts'

/** How refresh tokens behave, and in which form access tokens are. */
export interface Mode {
  readonly refresh: 'kept' | 'rotated' | 'idempotent'
  readonly jwt: boolean
}

export const CODE_SECONDS = 60
export const PUSHED_SECONDS = 120
export const ACCESS_SECONDS = 90
export const REFRESH_SECONDS = 300
export const SCOPES = ['openid', 'read', 'write', 'admin']
export const ALIAS = 'payments'

/** The settings of every new client. */
export const CLIENT = {
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
  responseTypes: ['CODE'],
  redirectUris: [REDIRECT_URI],
}

/** Where the requests of a run go. */
export interface World {
  readonly mode: Mode
  /** The number of the service at the OAuth face. */
  readonly number: number
  /** The published URL of the OAuth face. */
  readonly oauthUrl: string
  /** The certificates of clients, by name. */
  readonly certificates: Readonly<Record<string, { readonly pem: string; readonly thumbprint: string }>>
  readonly methods: readonly TokenAuthMethod[]
  readonly send: (process: 0 | 1, sent: Sent) => Promise<Received>
}

/** The end of what a request has made, which took its time between two seconds. */
export function expiresIn(at: Span, seconds: number): Written<number>[] {
  return [...new Set([at.startedAt, at.latest])].map((madeAt) => ({ value: madeAt + seconds, at }))
}

let opened = 0

/** A process whose store fails. It keeps nothing in memory, so it reads everything in each request. */
export interface FailingProcess {
  /** The endpoint of the proxy in front of the engine. */
  readonly endpoint: string
  /** Gets the lines of its log. */
  readonly onLine: (line: string) => void
}

/**
 * Two processes of one deployment over fresh tables, each with a cache of its own, and one clock that stands still until it is set.
 *
 * @param endpoint of an engine, or of anything that stands in front of one
 * @param seed makes all that is random in them
 * @param failing in place of the first
 */
export async function openWorld(
  endpoint: string,
  mode: Mode,
  seed: number,
  failing?: FailingProcess,
): Promise<DirectWorld> {
  opened += 1
  // The same seed makes the same secrets in each world, and each shows them for the first time.
  watch.refuseLeaks()
  watch.restart()
  const clock = { now: START }
  const deployment = deploymentOf(mode, seed)
  const number = serviceNumber(deployment)
  const settings: Settings = {
    registryTable: `model-registry-${opened}`,
    grantsTable: `model-grants-${opened}`,
    auditTable: `model-audit-${opened}`,
    auditDays: 400,
    serviceId: number,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: API_IDS,
    resourceUrls: [],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: CACHE_SECONDS,
    dynamodbClient: 'lean',
    logLevel: 'silent',
  }
  await createTables(endpoint, settings)
  const first = { ...settings, ...(failing && { registryCacheSeconds: 0, logLevel: 'info' as const }) }
  const processes = [
    startProcess(failing?.endpoint ?? endpoint, first, clock, `${seed} 0`, failing?.onLine),
    startProcess(endpoint, settings, clock, `${seed} 1`),
  ] as const
  if (isNotedAt(seed)) await processes[1].runtime.store.lists.sources.changeSources(() => [listSource()])
  const raw = rawTables({ endpoint, settings })
  return {
    ...{
      mode,
      clock,
      raw,
      number,
      issuer: issuerOf(seed),
      oauthUrl: `https://${MTLS_DOMAIN}`,
    },
    ...{ certificates: CERTIFICATES, methods: METHODS, isBound: isBoundAt(seed), isNoted: isNotedAt(seed) },
    send: (process: 0 | 1, sent: Sent) => processes[process].send(sent),
    async provision(process) {
      const made: NewSecrets[] = []
      const { runtime } = processes[process]
      const present = await findPresent(deployment, runtime)
      await provision(deployment, present, runtime, (secrets) => made.push(secrets))
      return made
    },
    readList: (process, content) => readList(processes[process].runtime, content),
    healthy: { store: processes[1].runtime.store, clock },
    auditTable: settings.auditTable,
    close: () => {
      raw.close()
      for (const { runtime } of processes) runtime.store.close()
    },
  }
}

export interface DirectWorld extends World {
  readonly clock: { now: EpochSeconds }
  readonly raw: ReturnType<typeof rawTables>
  /** The store of the second process. */
  readonly healthy: { readonly store: ProcessStore; readonly clock: { readonly now: EpochSeconds } }
  readonly auditTable: string
  readonly issuer: string
  /** Whether the service of `provision` notes certificates. */
  readonly isNoted: boolean
  /** Whether the client of `provision` gets bound tokens only. */
  readonly isBound: boolean
  /** `npm run provision` at this process. Gives what it has made. */
  readonly provision: (process: 0 | 1) => Promise<NewSecrets[]>
  /** The job at this process reads this list. It is refused if another run is under way, or a newer list was read. */
  readonly readList: (process: 0 | 1, content: Buffer) => ReturnType<typeof readList>
  readonly close: () => void
}

const METHODS = ['CLIENT_SECRET_BASIC', 'NONE', 'TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'] as const

function startProcess(
  endpoint: string,
  settings: Settings,
  clock: { now: EpochSeconds },
  seed: string,
  onLine?: (line: string) => void,
) {
  const random = seededRandom(seed)
  const now = () => clock.now
  const dynamodb = stoppingAt(localDynamoDb(endpoint, { before: () => Promise.resolve() }))
  const runtime: Runtime = {
    ...{ settings, now, random },
    elapsed: () => 0,
    store: openStore({ ...settings, now, random, dynamodb }),
    internet: PUBLIC_INTERNET,
    log: openLog(settings.logLevel, onLine),
  }
  return { runtime, send: gateway(runtime) }
}

function seededRandom(seed: string): (bytes: number) => Buffer {
  let count = 0
  return (bytes) => {
    const parts: Buffer[] = []
    for (let made = 0; made < bytes; made += 32) parts.push(hash('sha256', `${seed} ${count++}`, 'buffer'))
    return Buffer.concat(parts).subarray(0, bytes)
  }
}

/** The settings of every new service. */
export function serviceSettings({ refresh }: Pick<Mode, 'refresh'>) {
  return {
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
    supportedScopes: SCOPES.map((name) => ({ name })),
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: false,
    pkceS256Required: false,
    clientIdAliasEnabled: true,
    trustedRootCertificates: [ISSUER],
    accessTokenDuration: ACCESS_SECONDS,
    refreshTokenDuration: REFRESH_SECONDS,
    pushedAuthReqDuration: PUSHED_SECONDS,
    dpopProofUsedOnce: true,
    refreshTokenKept: refresh === 'kept',
    refreshTokenIdempotent: refresh === 'idempotent',
    refreshTokenDurationKept: refresh !== 'kept',
  }
}

const isBoundAt = (seed: number) => seed % 3 === 0
const isNotedAt = (seed: number) => seed % 4 !== 3

const issuerOf = (seed: number) => `https://as${seed}.example.com`

function deploymentOf(mode: Mode, seed: number): DeploymentSettings {
  const service = {
    issuer: issuerOf(seed),
    ...serviceSettings(mode),
    certificateInventory: isNotedAt(seed),
    ...(mode.jwt ? { accessTokenSignAlg: 'ES256' } : {}),
  }
  return {
    mtlsOnly: true,
    mtlsDomain: { name: MTLS_DOMAIN },
    plainDomain: { name: 'api.example.com' },
    registryCacheSeconds: CACHE_SECONDS,
    service,
    clients: [{ clientIdAlias: ALIAS, ...CLIENT, tlsClientCertificateBoundAccessTokens: isBoundAt(seed) }],
  } as unknown as DeploymentSettings
}
