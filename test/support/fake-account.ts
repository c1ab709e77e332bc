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

/** The account that the credentials of a fake AWS belong to. */
export const ACCOUNT = '210987654321'
/** Its access key. */
export const ACCESS_KEY = 'AKIATEST'

export interface Domain {
  truststoreVersion: string | undefined
  warnings: string[]
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
  readonly buckets: Map<string, Bucket>
  readonly domains: Map<string, Domain>
  /** The certificates of ACM, by ARN. */
  readonly certificates: Map<string, Certificate>
  /** The ARN of each identity, by access key. */
  readonly identities: Map<string, string>
  /** How many functions can run at once. */
  concurrency: number
  /** What cannot be done, with the reason: resources by logical id, `UPDATE_ROLLBACK`, `osls`. */
  readonly broken: Map<string, string>
}

/** An account without anything in it. */
export function emptyAccount(): Account {
  return {
    stacks: new Map(),
    buckets: new Map(),
    domains: new Map(),
    certificates: new Map(),
    identities: new Map([[ACCESS_KEY, `arn:aws:iam::${ACCOUNT}:user/test`]]),
    concurrency: 1000,
    broken: new Map(),
  }
}
