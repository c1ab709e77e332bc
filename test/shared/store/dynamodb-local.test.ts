import { test } from 'vitest'
import { findJava, startDynamoDbLocal } from '../../../infra/emulator/dynamodb-local.ts'
import { BY_BOTH_CLIENTS, ON_BOTH_ENGINES, storeSuites } from './store-suites.ts'

if (findJava() === undefined) {
  test('the store works on DynamoDB Local', ({ skip }) => skip('there is no Java 17 or later here'))
} else {
  storeSuites(await startDynamoDbLocal(), { sdk: BY_BOTH_CLIENTS, lean: ON_BOTH_ENGINES })
}
