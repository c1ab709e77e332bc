import type { DynamoDb } from '../dynamodb/dynamodb.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { Clients } from './clients.ts'
import { Grants } from './grants.ts'
import { Proofs } from './proofs.ts'
import { Registry } from './registry.ts'
import { Revocations } from './revocations.ts'
import { Table } from './table.ts'

const ATTEMPT_BYTES = 12

/** The names of the two tables, the connection to DynamoDB, and the clock and randomness of the runtime. */
export interface StoreOptions {
  readonly registryTable: string
  readonly grantsTable: string
  readonly registryCacheSeconds: number
  readonly now: () => EpochSeconds
  readonly random: (bytes: number) => Buffer
  readonly dynamodb: DynamoDb
}

/** Opens the two tables (architecture, section 3). */
export function openStore({ dynamodb, ...options }: StoreOptions) {
  const newAttempt = () => options.random(ATTEMPT_BYTES).toString('base64url')
  const grantsTable = new Table(dynamodb, options.grantsTable, newAttempt)
  const registryTable = new Table(dynamodb, options.registryTable, newAttempt)
  const registry = new Registry(registryTable, options.registryCacheSeconds, options.now)
  return {
    registry,
    grants: new Grants(grantsTable, newAttempt),
    revocations: new Revocations(grantsTable),
    clients: new Clients(grantsTable, registry),
    proofs: new Proofs(registryTable, options.registryCacheSeconds, options.now),
    close: () => {
      dynamodb.close()
    },
  }
}

/** The two tables, by what they hold. */
export type Store = ReturnType<typeof openStore>
