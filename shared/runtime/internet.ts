import type { LookupAddress } from 'node:dns'
import { isPublicAddress } from './public-address.ts'

/** The means to reach hosts that a client chose, for example in its `jwks_uri`. */
export interface Internet {
  readonly resolve: (hostname: string) => Promise<readonly LookupAddress[]>
  readonly isAllowed: (address: string) => boolean
  /** The limit for a whole fetch, name resolution included. */
  readonly limitMilliseconds: number
  /** PEM of the certificates to trust instead of the system's. */
  readonly ca: string | undefined
}

/** Uses the system's resolver, and only public addresses. The limit is the time that a client can wait for its token. */
export const PUBLIC_INTERNET: Internet = {
  resolve: async (hostname) => (await import('node:dns/promises')).lookup(hostname, { all: true }),
  isAllowed: isPublicAddress,
  limitMilliseconds: 3_000,
  ca: undefined,
}
