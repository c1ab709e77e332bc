import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDb } from '../dynamodb.ts'
import { Caller, type Waits } from './caller.ts'
import { type Place, placeFromEnvironment } from './environment.ts'

const OPERATIONS = {
  get: 'GetItem',
  batchGet: 'BatchGetItem',
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  query: 'Query',
} as const satisfies Record<Exclude<keyof DynamoDb, 'close'>, string>

/** DynamoDB without the AWS SDK, for the functions on the path of every request. @throws Error of `placeFromEnvironment` */
export function leanDynamoDb(place: Place = placeFromEnvironment(), waits?: Partial<Waits>): DynamoDb {
  const caller = new Caller(place, waits)
  const calls = Object.entries(OPERATIONS).map(([name, operation]) => {
    const call = async (input: object) =>
      converted(await caller.call(operation, converted(input, stored)), (item) => unmarshall(item as Stored))
    return [name, call] as const
  })
  return { ...(Object.fromEntries(calls) as Omit<DynamoDb, 'close'>), close: () => caller.close() }
}

type Stored = Parameters<typeof unmarshall>[0]
type Convert = (item: object) => unknown

const stored: Convert = (item) => marshall(item, { removeUndefinedValues: true })

/** Members of inputs and outputs that are an item or a part of one. */
const ITEMS = new Set(['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey', 'LastEvaluatedKey'])
const LISTS = new Set(['Items', 'Keys'])
const BY_TABLE = new Set(['RequestItems', 'Responses', 'UnprocessedKeys'])

/** The same with values of attributes converted, wherever an operation has them. */
function converted(members: object, convert: Convert): object {
  const changed = Object.entries(members).map(([name, value]: [string, object | undefined]) => {
    if (value === undefined) return [name, value]
    if (ITEMS.has(name)) return [name, convert(value)]
    if (LISTS.has(name)) return [name, (value as object[]).map(convert)]
    return [name, BY_TABLE.has(name) ? byTable(value, convert) : value]
  })
  return Object.fromEntries(changed) as object
}

function byTable(tables: object, convert: Convert): object {
  const changed = Object.entries(tables).map(([table, value]: [string, object]) => [
    table,
    Array.isArray(value) ? value.map(convert) : converted(value, convert),
  ])
  return Object.fromEntries(changed) as object
}
