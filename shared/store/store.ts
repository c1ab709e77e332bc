import type { DynamoDb, Item } from '../dynamodb/dynamodb.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { openAudit } from './audit/audit.ts'
import type { Audited } from './audit/audit-item.ts'
import { Cache } from './cache.ts'
import type { CertificateMemory } from './certificates/in-use.ts'
import { Certificates } from './certificates/certificates.ts'
import { Clients } from './clients.ts'
import { Grants } from './grants.ts'
import { Proofs } from './proofs.ts'
import { Registry } from './registry.ts'
import { Revocations } from './revocations.ts'
import { Table } from './table.ts'

const ATTEMPT_BYTES = 12
const REMEMBERED_NOTES = 10_000

/** The names of the three tables, the connection to DynamoDB, and the clock and randomness of the runtime. */
export interface StoreOptions {
  readonly registryTable: string
  readonly grantsTable: string
  readonly auditTable: string
  readonly auditDays: number
  readonly registryCacheSeconds: number
  readonly now: () => EpochSeconds
  readonly random: (bytes: number) => Buffer
  readonly dynamodb: DynamoDb
}

/** Opens the three tables (architecture, section 3). */
export function openStore(options: StoreOptions) {
  const { dynamodb, registryTable, grantsTable, now } = options
  const newAttempt = () => options.random(ATTEMPT_BYTES).toString('base64url')
  const memory: ProcessMemory = {
    cache: new Cache(options.registryCacheSeconds, now),
    certificates: {
      notes: new BoundedMap(REMEMBERED_NOTES),
      revocations: new Cache(options.registryCacheSeconds, now),
      random: options.random,
    },
    now,
  }
  const registry = new Table(dynamodb, registryTable, newAttempt)
  const grants = new Table(dynamodb, grantsTable, newAttempt)
  const store = {
    ...partsOver(registry, grants, memory),
    audit: openAudit({ ...options, newAttempt }),
    close: () => {
      dynamodb.close()
    },
  }
  return {
    ...store,
    /**
     * Begins an operation whose writes are recorded.
     *
     * @param log writes the copy of an item of the record
     * @returns the store for its writes, and the operation, which has to be ended
     */
    begin: (about: Audited, log: (item: Item) => void) => {
      const begun = store.audit.begin(about, log)
      const audited = partsOver(begun.registry, begun.grants, memory)
      return { operation: begun.operation, store: { ...store, ...audited } }
    },
  }
}

/** The memory of a process, which all requests share. */
interface ProcessMemory {
  readonly cache: Cache
  readonly certificates: CertificateMemory
  readonly now: () => EpochSeconds
}

function partsOver(
  registryTable: Table,
  grantsTable: Table,
  { cache, certificates: known, now }: ProcessMemory,
) {
  const registry = new Registry(registryTable, cache, now)
  const certificates = new Certificates(registryTable, grantsTable, known, cache)
  return {
    registry,
    grants: new Grants(grantsTable, certificates),
    revocations: new Revocations(grantsTable),
    clients: new Clients(grantsTable, registry),
    proofs: new Proofs(registryTable, cache),
    certificates,
    lists: certificates.certificateLists,
  }
}

/** The store of a process, which begins operations. */
export type ProcessStore = ReturnType<typeof openStore>
/** The tables, by what they hold. */
export type Store = Omit<ProcessStore, 'begin'>
