import { findJava, startDynamoDbLocal } from '../../infra/emulator/dynamodb-local.ts'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'

const EMBEDDED = { name: 'embedded engine', start: () => startEmbeddedEngine({}) }
const AMAZON = { name: 'DynamoDB Local', start: startDynamoDbLocal }

/** The engines that the store's tests run on: the embedded one always, Amazon's where there is Java for it. */
export function engines() {
  if (findJava() !== undefined) return [EMBEDDED, AMAZON]
  console.warn(
    `${AMAZON.name} is left out: no Java 17 or later here. The store is tested on the embedded engine alone.`,
  )
  return [EMBEDDED]
}
