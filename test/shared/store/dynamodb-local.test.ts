import { test } from 'vitest'
import { findJava, startDynamoDbLocal } from '../../../infra/emulator/dynamodb-local.ts'
import { storeSuites } from './store-suites.ts'

if (findJava() === undefined) {
  test('the store works on DynamoDB Local', ({ skip }) => skip('there is no Java 17 or later here'))
} else {
  storeSuites(await startDynamoDbLocal())
}
