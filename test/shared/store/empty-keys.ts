import { expect, test } from 'vitest'
import type { DynamoDb } from '../../../shared/dynamodb/dynamodb.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const EMPTY = 'The AttributeValue for a key attribute cannot contain an empty string value.'
const OF_INDEX = `A value specified for a secondary index key is not supported. ${EMPTY} IndexName: listing, IndexKey: held`

/** Amazon's engine is the reference of these messages, which only the SDK shows. */
export async function emptyKeys({ endpoint }: Engine) {
  const { dynamodb, runtime } = await storeUnderTest({ endpoint, dynamodbClient: 'sdk' })
  const [registry, grants] = [runtime.settings.registryTable, runtime.settings.grantsTable]
  const query = (condition: string, values: Record<string, string>) => () =>
    dynamodb.query({
      TableName: registry,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: values,
    })
  const listing = (condition: string, values: Record<string, string>) => () =>
    dynamodb.query({
      ...{ TableName: grants, IndexName: 'listing', KeyConditionExpression: condition },
      ExpressionAttributeValues: values,
    })
  const setHeld = (held: string) => () =>
    dynamodb.update({
      ...{ TableName: grants, Key: { id: 'a' }, UpdateExpression: 'SET holder = :x, held = :x' },
      ExpressionAttributeValues: { ':x': held },
    })

  const calls: Readonly<Record<string, [() => ReturnType<DynamoDb['put']>, string]>> = {
    'the key of a new item': [
      () => dynamodb.put({ TableName: grants, Item: { id: '' } }),
      `${EMPTY} Key: id`,
    ],
    'the second key of a new item': [
      () => dynamodb.put({ TableName: registry, Item: { pk: 'a', sk: '' } }),
      `${EMPTY} Key: sk`,
    ],
    'the key of an index in a new item': [
      () => dynamodb.put({ TableName: grants, Item: { id: 'a', holder: 'b', held: '' } }),
      OF_INDEX,
    ],
    'the key of an index in a change': [
      setHeld(''),
      `update a secondary index key to a value that is not supported. ${EMPTY}`,
    ],
    'the key of an item to read': [
      () => dynamodb.get({ TableName: grants, Key: { id: '' }, ConsistentRead: true }),
      `${EMPTY} Key: id`,
    ],
    'a key in a batch': [
      () => dynamodb.batchGet({ RequestItems: { [grants]: { Keys: [{ id: 'a' }, { id: '' }] } } }),
      `${EMPTY} Key: id`,
    ],
    'the partition of a query': [query('pk = :p', { ':p': '' }), `${EMPTY} Key: pk`],
    'the lower bound of a query': [query('pk = :p AND sk > :a', { ':p': 'a', ':a': '' }), `${EMPTY} Key: sk`],
    'the prefix of a query': [
      query('pk = :p AND begins_with(sk, :a)', { ':p': 'a', ':a': '' }),
      `${EMPTY} Key: sk`,
    ],
    'the lower bound of a query of an index': [
      listing('holder = :h AND held > :a', { ':h': 'a', ':a': '' }),
      OF_INDEX,
    ],
  }

  test.each(Object.entries(calls))('an empty text is refused as %s', async (_, [call, message]) => {
    const failure = await call().catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'ValidationException', retryable: false })
    expect(String((failure as Error).cause)).toContain(message)
  })

  test('an empty text is an ordinary value of other attributes, and other keys are accepted', async () => {
    await dynamodb.put({ TableName: grants, Item: { id: 'a', x: '' } })
    await setHeld('b')()
    await expect(listing('holder = :h AND held > :a', { ':h': 'b', ':a': 'a' })()).resolves.toMatchObject({
      Items: [{ id: 'a' }],
    })
  })
}
