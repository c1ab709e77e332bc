import type { Stack } from './fake-cloudformation.ts'
import type { Bucket } from './fake-s3.ts'

/** An error that AWS answers. */
export class Failure extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Domain {
  /** `undefined`: the domain has no mutual TLS. */
  truststoreUri?: string | undefined
  truststoreVersion: string | undefined
  warnings: string[]
  /** As the domain was made, and as the last change has it. */
  configuration?: Readonly<Record<string, string>>
  /** How long it is UPDATING after a change. */
  updatingMilliseconds?: number
}

/** What a DynamoDB on this machine does not keep of a table. A restored table has none of it. */
export interface TableState {
  /** The attribute of its time to live. */
  ttl?: string
  recovery?: boolean
  protection?: boolean
}

/** The contents of an account. */
export interface Account {
  readonly stacks: Map<string, Stack>
  readonly buckets: Map<string, Bucket>
  readonly domains: Map<string, Domain>
  readonly tables: Map<string, TableState>
  /** Resources that cannot be made: the reason, by logical id. */
  readonly broken: Map<string, string>
  /** The clock of API Gateway in milliseconds, and the time of the last change of a domain. */
  readonly gateway: { now: number; changedAt: number }
}
