import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { Store } from '../../shared/store/store.ts'
import { newIdentity, seed, type Seeded } from '../emulator/seed.ts'

export const FORMATS = ['opaque', 'JWT'] as const
export type Format = (typeof FORMATS)[number]

/** A service that issues bound access tokens of one format, with its clients. */
export async function seedFormat(store: Store, format: Format, now: EpochSeconds): Promise<Seeded> {
  const seeded = { ...newIdentity(), issuer: 'https://mtls.bench.example' }
  await seed(store, seeded, now)
  if (format === 'opaque') return seeded
  const service = await store.registry.findService(seeded.serviceId)
  if (service === undefined) throw new Error('the service that was seeded is not there')
  await store.registry.putService({ ...service, accessTokenSignAlg: 'ES256' })
  return seeded
}

/** The client that authenticates by CLIENT_SECRET_BASIC. */
export function confidentialClient({ clients: [, client] }: Seeded) {
  const { clientId, clientSecret = '', redirectUri } = client
  return { clientId, redirectUri, authorization: basic(clientId, clientSecret) }
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
