import { hash } from 'node:crypto'
import { type DeploymentSettings, serviceNumber } from '../../infra/aws/settings/settings.ts'
import { findPresent, provision } from '../../infra/aws/provisioning/provision.ts'
import { createTables, LOCAL_DYNAMODB } from '../../infra/tables/tables.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { PUBLIC_INTERNET } from '../../shared/runtime/internet.ts'
import { openLog } from '../../shared/runtime/log.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Settings } from '../../shared/runtime/settings.ts'
import { sdkDynamoDb } from '../../shared/dynamodb/sdk.ts'
import { openStore } from '../../shared/store/store.ts'
import { API_IDS, MTLS_DOMAIN, START } from '../support/fixed-runtime.ts'
import { gateway, type Sent } from '../support/gateway.ts'
import { watch } from '../support/secrets/taps.ts'
import { rawTables } from '../support/raw-tables.ts'
import { REDIRECT_URI } from '../support/walk.ts'
import { stoppingHandler } from './requests.ts'

/** How refresh tokens behave, and in which form access tokens are. */
export interface Mode {
  readonly refresh: 'kept' | 'rotated' | 'idempotent'
  readonly jwt: boolean
}

export const CACHE_SECONDS = 10
export const CODE_SECONDS = 60
export const ACCESS_SECONDS = 90
export const REFRESH_SECONDS = 300
export const SCOPES = ['read', 'write', 'admin']
export const ALIAS = 'payments'

/** What a new client has, whoever makes it. */
export const CLIENT = {
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
  responseTypes: ['CODE'],
  redirectUris: [REDIRECT_URI],
}

let opened = 0

/**
 * Two processes of one deployment over fresh tables, each with a cache of its own, and one clock that stands still until it is set.
 *
 * @param endpoint of an engine, or of anything that stands in front of one
 * @param seed makes all that is random in them
 */
export async function openWorld(endpoint: string, mode: Mode, seed: number) {
  opened += 1
  // The same seed makes the same secrets in each world, and each shows them for the first time.
  watch.refuseLeaks()
  watch.restart()
  const clock = { now: START }
  const settings: Settings = {
    registryTable: `model-registry-${opened}`,
    grantsTable: `model-grants-${opened}`,
    serviceId: 1,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: API_IDS,
    resourceUrls: [],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: CACHE_SECONDS,
    dynamodbClient: 'sdk',
    logLevel: 'silent',
  }
  await createTables(endpoint, settings.registryTable, settings.grantsTable)
  const start = (number: number) => startProcess(endpoint, settings, clock, `${seed} ${number}`)
  const processes = [start(0), start(1)] as const
  const raw = rawTables({ endpoint, settings })
  const deployment = deploymentOf(mode, seed)
  return {
    ...{ mode, clock, raw },
    /** Of the service that `provision` makes. */
    number: serviceNumber(deployment),
    send: (process: 0 | 1, sent: Sent) => processes[process].send(sent),
    /** `npm run provision` at this process. Gives what it has made. */
    async provision(process: 0 | 1) {
      const made: Parameters<Parameters<typeof provision>[3]>[0][] = []
      const { runtime } = processes[process]
      const present = await findPresent(deployment, runtime)
      await provision(deployment, present, runtime, (secrets) => made.push(secrets))
      return made
    },
    close: () => {
      raw.close()
      for (const { runtime } of processes) runtime.store.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

function startProcess(endpoint: string, settings: Settings, clock: { now: EpochSeconds }, seed: string) {
  const random = seededRandom(seed)
  const config = { ...LOCAL_DYNAMODB, endpoint }
  const now = () => clock.now
  const dynamodb = sdkDynamoDb({ ...config, requestHandler: stoppingHandler(config) })
  const runtime: Runtime = {
    ...{ settings, now, random },
    elapsed: () => 0,
    store: openStore({ ...settings, now, random, dynamodb }),
    internet: PUBLIC_INTERNET,
    log: openLog(settings.logLevel),
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

/** The settings of a new service, whoever makes it. */
export function serviceSettings({ refresh }: Pick<Mode, 'refresh'>) {
  return {
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: ['CLIENT_SECRET_BASIC'],
    supportedScopes: SCOPES.map((name) => ({ name })),
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: false,
    pkceS256Required: false,
    clientIdAliasEnabled: true,
    accessTokenDuration: ACCESS_SECONDS,
    refreshTokenDuration: REFRESH_SECONDS,
    refreshTokenKept: refresh === 'kept',
    refreshTokenIdempotent: refresh === 'idempotent',
    refreshTokenDurationKept: refresh !== 'kept',
  }
}

function deploymentOf(mode: Mode, seed: number): DeploymentSettings {
  const service = {
    issuer: `https://as${seed}.example.com`,
    ...serviceSettings(mode),
    ...(mode.jwt ? { accessTokenSignAlg: 'ES256' } : {}),
  }
  return {
    mtlsOnly: true,
    mtlsDomain: { name: MTLS_DOMAIN },
    plainDomain: { name: 'api.example.com' },
    registryCacheSeconds: CACHE_SECONDS,
    service,
    clients: [{ clientIdAlias: ALIAS, ...CLIENT }],
  } as unknown as DeploymentSettings
}
