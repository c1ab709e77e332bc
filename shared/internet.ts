import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isPublicAddress } from './public-address.ts'

/** How hosts are reached that a client, not the operator, has named. */
export interface Internet {
  readonly resolve: (hostname: string) => Promise<readonly LookupAddress[]>
  readonly isAllowed: (address: string) => boolean
  /** For a whole fetch, name resolution included. */
  readonly limitMilliseconds: number
  /** PEM of the certificates to trust in place of the system's. */
  readonly ca: string | undefined
}

/** The system's resolver, public addresses and nothing else, within the time that a client waits for its token. */
export const PUBLIC_INTERNET: Internet = {
  resolve: (hostname) => lookup(hostname, { all: true }),
  isAllowed: isPublicAddress,
  limitMilliseconds: 3_000,
  ca: undefined,
}
