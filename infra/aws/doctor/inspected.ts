import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { Truststore } from '../../truststore/truststore.ts'

/** A certificate that the trust store accepts and, if known, the client that owns it. */
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
  /** PEM of the CA of the server certificates; `undefined` for the CAs of the system. */
  readonly ca: string | undefined
  readonly visitor: Visitor | undefined
  /** The certificates that the operator trusts. */
  readonly truststore: Truststore
  readonly service: Service | undefined
  readonly clients: readonly Client[]
  readonly now: () => Date
}
