import type { Api } from './fake-api.ts'
import type { ChangeSet } from './fake-change-sets.ts'
import type { Stack } from './fake-cloudformation.ts'
import type { Lambda } from './fake-lambda.ts'
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

/** The account that the credentials of a fake AWS belong to. */
export const ACCOUNT = '210987654321'
/** Its access key. */
export const ACCESS_KEY = 'AKIATEST'

export interface Domain {
  /** `undefined`: the domain has no mutual TLS. */
  truststoreUri?: string | undefined
  truststoreVersion: string | undefined
  warnings: string[]
  /** The API to which it is mapped. */
  apiId?: string
  /** The configuration of the domain from its creation or its last change. */
  configuration?: Readonly<Record<string, string>>
  /** How long it is UPDATING after a change. */
  updatingMilliseconds?: number
}

/** The properties of a table that a DynamoDB on this machine does not keep. A restored table has none of them. */
export interface TableState {
  /** The attribute of its time to live. */
  ttl?: string
  recovery?: boolean
  protection?: boolean
}

/** A certificate of ACM, as it describes it. */
export interface Certificate {
  readonly DomainName: string
  readonly SubjectAlternativeNames: readonly string[]
  readonly Status: string
  readonly Type: string
}

/** The contents of an account. */
export interface Account {
  readonly stacks: Map<string, Stack>
  readonly changeSets: Map<string, ChangeSet>
  readonly functions: Map<string, Lambda>
  readonly api: Api
  readonly buckets: Map<string, Bucket>
  readonly domains: Map<string, Domain>
  /** The certificates of ACM, by ARN. */
  readonly certificates: Map<string, Certificate>
  /** The ARN of each identity, by access key. */
  readonly identities: Map<string, string>
  /** How many functions can run at once. */
  concurrency: number
  /** How many requests all of its APIs take in a second, and at once. */
  throttle: { rateLimit: number; burstLimit: number }
  readonly tables: Map<string, TableState>
  /** The names of resources that something else has made, by `stack/logical id`. */
  readonly named: Map<string, string>
  /** The operations that fail, with the reason: resources by logical id, `UPDATE_ROLLBACK`, `CHANGE_SET`. */
  readonly broken: Map<string, string>
  /** The clock of API Gateway in milliseconds, and the time of the last change of a domain. */
  readonly gateway: { now: number; changedAt: number }
}

/** An account without anything in it. */
export function emptyAccount(): Account {
  return {
    stacks: new Map(),
    changeSets: new Map(),
    functions: new Map(),
    api: { id: 'a1b2c3d4e5', isClosed: false, routes: new Set(), stages: new Map() },
    buckets: new Map(),
    domains: new Map(),
    certificates: new Map(),
    identities: new Map([[ACCESS_KEY, `arn:aws:iam::${ACCOUNT}:user/test`]]),
    concurrency: 1000,
    throttle: { rateLimit: 10000, burstLimit: 5000 },
    tables: new Map(),
    named: new Map(),
    broken: new Map(),
    gateway: { now: 0, changedAt: -Infinity },
  }
}
