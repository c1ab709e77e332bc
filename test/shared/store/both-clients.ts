import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createTables } from '../../../infra/tables/tables.ts'
import { type DynamoDb, DynamoDbFailure, ConditionFailed } from '../../../shared/dynamodb/dynamodb.ts'
import { dynamoDbWithoutWaits } from '../../support/fixed-runtime.ts'

/** A call that both clients make, each of a table of its own. */
type Call = (dynamodb: DynamoDb, tables: Tables) => Promise<unknown>

interface Tables {
  readonly registry: string
  readonly grants: string
}

const id = fc.constantFrom('a', 'b', 'ü', ' ', '\u{1F511}'.repeat(20))
const holder = fc.constantFrom('1.1', '1.2')
const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom('', undefined, null, true, false, 0, -0, -1.5, 2 ** 53 - 1, 1e-20),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const attributes = fc.dictionary(fc.constantFrom('x', 'y', 'scopes', 'ttl'), value, { noNullPrototype: true })
const strange = fc.constantFrom<unknown>(2 ** 60, () => 1, Symbol('s'), Infinity, 1n, new Date(0), '\uD800')

const condition = fc.constantFrom(
  {},
  { ConditionExpression: 'attribute_not_exists(id)' },
  { ConditionExpression: 'attribute_exists(id)' },
  {
    ConditionExpression: '#x = :x',
    ExpressionAttributeNames: { '#x': 'x' },
    ExpressionAttributeValues: { ':x': 'x' },
  },
  { ConditionExpression: 'no expression' },
)

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(id, holder, text, attributes, condition).map(([key, of, held, more, when]): Call => {
    const Item = { ...more, id: key, holder: of, held: `=${held}` }
    return (dynamodb, { grants }) => dynamodb.put({ TableName: grants, Item, ...when })
  }),
  fc.tuple(id, strange).map(
    ([key, x]): Call =>
      (dynamodb, { grants }) =>
        dynamodb.put({ TableName: grants, Item: { id: key, x } }),
  ),
  fc.tuple(id, value, fc.boolean()).map(([key, x, exists]): Call => {
    const given = { ':x': x === undefined ? 'x' : x, ...(exists ? { ':id': key } : {}) }
    return (dynamodb, { grants }) =>
      dynamodb.update({
        TableName: grants,
        Key: { id: key },
        UpdateExpression: 'SET #x = :x REMOVE y',
        ...(exists ? { ConditionExpression: 'id = :id' } : {}),
        ExpressionAttributeNames: { '#x': 'x' },
        ExpressionAttributeValues: given,
      })
  }),
  fc.tuple(id, condition).map(
    ([key, when]): Call =>
      (dynamodb, { grants }) =>
        dynamodb.delete({ TableName: grants, Key: { id: key }, ...when }),
  ),
  id.map(
    (key): Call =>
      (dynamodb, { grants }) =>
        dynamodb.get({ TableName: grants, Key: { id: key }, ConsistentRead: true }),
  ),
  fc.uniqueArray(id, { maxLength: 4 }).map((keys): Call => async (dynamodb, { grants }) => {
    const Keys = keys.map((key) => ({ id: key }))
    const { Responses, UnprocessedKeys } = await dynamodb.batchGet({
      RequestItems: { [grants]: { Keys, ConsistentRead: true } },
    })
    const items = Responses?.[grants] ?? []
    return [items.toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1)), UnprocessedKeys]
  }),
  fc.tuple(holder, fc.constantFrom(undefined, 1)).map(([of, Limit]): Call => {
    return (dynamodb, { grants }) =>
      dynamodb.query({
        TableName: grants,
        IndexName: 'listing',
        KeyConditionExpression: 'holder = :h',
        ExpressionAttributeValues: { ':h': of },
        ...(Limit === undefined ? {} : { Limit }),
      })
  }),
  fc.tuple(id, fc.constantFrom(undefined, 'a')).map(([sk, after]): Call => {
    return async (dynamodb, { registry }) => {
      await dynamodb.put({ TableName: registry, Item: { pk: 'p', sk } })
      return dynamodb.query({
        TableName: registry,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': 'p' },
        ConsistentRead: true,
        Limit: 2,
        ...(after === undefined ? {} : { ExclusiveStartKey: { pk: 'p', sk: after } }),
      })
    }
  }),
  fc.constant<Call>((dynamodb) =>
    dynamodb.get({ TableName: 'missing', Key: { id: 'a' }, ConsistentRead: true }),
  ),
  fc.constant<Call>((dynamodb, { grants }) =>
    dynamodb.get({ TableName: grants, Key: { wrong: 'a' }, ConsistentRead: true }),
  ),
)

/** The answer as the store reads it, or the error that was thrown. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    const { Item, Items, LastEvaluatedKey, ...rest } = (await answer) as Record<string, unknown>
    return Array.isArray(rest) ? rest : { Item, Items, LastEvaluatedKey }
  } catch (error) {
    if (error instanceof ConditionFailed) return 'the condition failed'
    if (error instanceof DynamoDbFailure) return { name: error.name, retryable: error.retryable }
    return { thrown: (error as Error).constructor.name }
  }
}

/** The AWS SDK is the reference of the lean client: the same calls have the same results and failures. */
export async function bothClients(endpoint: string): Promise<void> {
  const sides = await Promise.all(
    (['sdk', 'lean'] as const).map(async (dynamodbClient) => {
      const tables = { registry: `both-${dynamodbClient}-registry`, grants: `both-${dynamodbClient}-grants` }
      await createTables(endpoint, {
        registryTable: tables.registry,
        grantsTable: tables.grants,
        auditTable: 'audit',
      })
      return { tables, dynamodb: await dynamoDbWithoutWaits({ dynamodbClient }, endpoint) }
    }),
  )
  afterAll(() => {
    for (const { dynamodb } of sides) dynamodb.close()
  })

  test('the same calls have the same results and failures by both clients', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 10, maxLength: 20 }), async (calls) => {
        for (const each of calls) {
          const [sdk, lean] = await Promise.all(
            sides.map(({ dynamodb, tables }) => outcome(each(dynamodb, tables))),
          )
          expect(lean).toEqual(sdk)
        }
      }),
      { seed: 1, numRuns: 8 },
    )
  })
}
