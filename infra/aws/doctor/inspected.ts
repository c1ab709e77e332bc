import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { Truststore } from '../../truststore/truststore.ts'

/** A certificate that the trust store vouches for, and the client whose it is, where that is known. */
export interface Visitor {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
}

/** A deployment as the checks see it. */
export interface Inspected {
  /** Without a slash at the end. */
  readonly mtlsUrl: string
  readonly plainUrl: string
  /** PEM of the CA that the servers' certificates come from; those of the system without it. */
  readonly ca: string | undefined
  readonly visitor: Visitor | undefined
  /** What the operator believes to be trusted. */
  readonly truststore: Truststore
  readonly service: Service | undefined
  readonly clients: readonly Client[]
  readonly now: () => Date
}
