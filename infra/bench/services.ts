import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import type { Settings } from '../../shared/settings.ts'
import { newNumber } from '../../shared/store/identity.ts'
import { seed, type Seeded } from '../emulator/site/seed.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'

/** The custom domain and the API that the events of the bench name. */
export const DOMAIN = { domainName: 'mtls.bench.example', apiId: 'bench' }
export const ISSUER = `https://${DOMAIN.domainName}`

/** Formats of access tokens. */
export const FORMATS = ['opaque', 'JWT'] as const
export type Format = (typeof FORMATS)[number]

export function settingsFor(serviceId: number): Settings {
  return {
    registryTable: 'registry',
    grantsTable: 'grants',
    serviceId,
    mtlsDomains: [DOMAIN.domainName],
    apiIds: [DOMAIN.apiId],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: 10,
    logLevel: 'info',
  }
}

export function runtimeAt(endpoint: string, serviceId: number): Runtime {
  return runtimeFor(settingsFor(serviceId), { ...LOCAL_DYNAMODB, endpoint })
}

/** A service that issues bound access tokens of one format, with its clients. */
export async function seedFormat(runtime: Runtime, format: Format): Promise<Seeded> {
  const seeded = await seed(runtime, newNumber(runtime.random), ISSUER)
  if (format === 'JWT') {
    const { registry } = runtime.store
    await registry.changeService(seeded.serviceId, (service) => ({ ...service, accessTokenSignAlg: 'ES256' }))
  }
  return seeded
}

/** An event of API Gateway, as small as handlers accept it. */
export function eventOf(route: string, authorization: string, type: string, body: string) {
  return {
    version: '2.0',
    routeKey: `ANY ${route}`,
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      'content-type': type,
      'content-length': String(body.length),
      host: DOMAIN.domainName,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: { ...DOMAIN, requestId: 'bench', http: { method: 'POST' } },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}

/** The `Authorization` header of the client that authenticates by CLIENT_SECRET_BASIC. */
export function clientCredentials({ clients: [, { clientId, clientSecret = '' }] }: Seeded): string {
  return basic(clientId, clientSecret)
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
