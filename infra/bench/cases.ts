import type { Runtime } from '../../shared/runtime/runtime.ts'
import { newNumber } from '../../shared/store/identity.ts'
import { localRuntime, MTLS_DOMAIN } from '../emulator/local-runtime.ts'
import { seed, type Seeded } from '../emulator/site/seed.ts'

/** Formats of access tokens. */
export type Format = 'opaque' | 'JWT'
export type SeededFormats = Readonly<Record<Format, Seeded>>

/** A POST request with a form. */
export interface Sent {
  readonly path: string
  readonly headers: { readonly authorization?: string; readonly dpop?: string }
  readonly form: string
}

/** A kind of request of a client to the service of a format. */
export interface Case extends Sent {
  readonly name: string
  readonly format: Format
  /** Makes what differs in each request: a proof can be used only once, and a client changed only by one request at a time. */
  readonly next?: () => Partial<Sent>
  /** A text that every answer must contain, because measurements of wrong answers would be worthless. */
  readonly expected: string
}

/** The URL of DPoP proofs for the service of opaque tokens. Servers remember a service, so it is set before they start. */
export const TOKEN_ENDPOINT = 'https://bench.certbound.test/token'

/** Seeds a service with clients for each format. Its access tokens are bound. */
export async function seedFormats(endpoint: string): Promise<SeededFormats> {
  const runtime = await localRuntime(endpoint, 1)
  const { registry, close } = runtime.store
  try {
    const [opaque, JWT] = [await seedService(runtime), await seedService(runtime)]
    await registry.changeService(opaque.serviceId, (service) => ({
      ...service,
      tokenEndpoint: TOKEN_ENDPOINT,
    }))
    await registry.changeService(JWT.serviceId, (service) => ({ ...service, accessTokenSignAlg: 'ES256' }))
    return { opaque, JWT }
  } finally {
    close()
  }
}

/** The next request of a case. */
export function requestOf({ path, headers, form, next }: Omit<Case, 'format'>): Sent {
  return { path, headers, form, ...next?.() }
}

export function seedService(runtime: Runtime): Promise<Seeded> {
  return seed(runtime, newNumber(runtime.random), `https://${MTLS_DOMAIN.domainName}`)
}

/**
 * The cases of each seeded format: issuing a bound token, then introspection and standard introspection of a token that this function issues.
 *
 * @param send sends one request and returns the body of its answer
 */
export async function casesOf(
  seeded: Partial<SeededFormats>,
  send: (one: Case) => Promise<string>,
): Promise<Case[]> {
  const issuing = Object.entries(seeded).map(([format, service]) => issuingCase(format as Format, service))
  const introspecting = issuing.map(async (issue): Promise<Case[]> => {
    const { access_token } = JSON.parse(await send(issue)) as { access_token: string }
    const asked = { ...issue, form: `token=${access_token}`, expected: '"active":true' }
    const { format } = issue
    return [
      { ...asked, name: `introspection, ${format}`, path: '/introspection', headers: {} },
      { ...asked, name: `standard introspection, ${format}`, path: '/introspection/standard' },
    ]
  })
  return [...issuing, ...(await Promise.all(introspecting)).flat()]
}

function issuingCase(format: Format, seeded: Seeded): Case {
  return {
    name: `token, ${format}`,
    format,
    path: '/token',
    headers: { authorization: clientCredentials(seeded) },
    form: 'grant_type=client_credentials&scope=accounts%3Aread',
    expected: format === 'JWT' ? '"access_token":"eyJ' : '"access_token":"',
  }
}

/** The `Authorization` header of the client with CLIENT_SECRET_BASIC. */
function clientCredentials({ clients: [, { clientId, clientSecret = '' }] }: Seeded): string {
  return basic(clientId, clientSecret)
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
