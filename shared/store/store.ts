import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { Clients } from './clients.ts'
import { Grants } from './grants.ts'
import { Registry } from './registry.ts'
import { Table } from './table.ts'

/** If a connection hangs, the answer must be 503 well before API Gateway gives up after 29 seconds. */
const CONNECTION_TIMEOUT_MILLISECONDS = 1000
const REQUEST_TIMEOUT_MILLISECONDS = 4000
const ATTEMPT_BYTES = 12

export interface StoreOptions {
  readonly registryTable: string
  readonly grantsTable: string
  readonly registryCacheSeconds: number
  readonly now: () => EpochSeconds
  readonly random: (bytes: number) => Buffer
  /** Overrides what the SDK reads from the environment. */
  readonly dynamodb?: DynamoDBClientConfig
}

/** Opens the two tables (architecture, section 3). */
export function openStore(options: StoreOptions) {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      throwOnRequestTimeout: true,
    },
    ...options.dynamodb,
  })
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const newAttempt = () => options.random(ATTEMPT_BYTES).toString('base64url')
  const grantsTable = new Table(document, options.grantsTable, newAttempt)
  const registryTable = new Table(document, options.registryTable, newAttempt)
  const registry = new Registry(registryTable, options.registryCacheSeconds, options.now)
  return {
    registry,
    grants: new Grants(grantsTable, newAttempt),
    clients: new Clients(grantsTable, registry),
    close: () => {
      client.destroy()
    },
  }
}

export type Store = ReturnType<typeof openStore>
