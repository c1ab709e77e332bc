import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDb } from '../dynamodb.ts'
import { SignedCaller, type CallTimes } from './caller.ts'
import { type Place, placeFromEnvironment } from './environment.ts'

const OPERATIONS = {
  get: 'GetItem',
  batchGet: 'BatchGetItem',
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  query: 'Query',
} as const satisfies Record<Exclude<keyof DynamoDb, 'close'>, string>

/** A DynamoDB client without the AWS SDK, for the functions that every request needs. */
export function leanDynamoDb(place: Place, waits?: Partial<CallTimes>): DynamoDb {
  return clientOf(new SignedCaller(place, waits))
}

/** The client of a function, which opens its connection while the function starts. @throws Error of `placeFromEnvironment` */
export function startLeanDynamoDb(): DynamoDb {
  const caller = new SignedCaller(placeFromEnvironment())
  caller.openEarly()
  return clientOf(caller)
}

function clientOf(caller: SignedCaller): DynamoDb {
  const calls = Object.entries(OPERATIONS).map(([name, operation]) => {
    const call = async (input: object) =>
      convertMembers(await caller.call(operation, convertMembers(input, toStored)), (item) =>
        unmarshall(item as Stored),
      )
    return [name, call] as const
  })
  return { ...(Object.fromEntries(calls) as Omit<DynamoDb, 'close'>), close: () => caller.close() }
}

type Stored = Parameters<typeof unmarshall>[0]
type Convert = (item: object) => unknown

const toStored: Convert = (item) => marshall(item, { removeUndefinedValues: true })

/** The members of inputs and outputs that are an item or a part of one. */
const ITEM_MEMBERS = new Set([
  'Key',
  'Item',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'LastEvaluatedKey',
])
const LIST_MEMBERS = new Set(['Items', 'Keys'])
const TABLE_MEMBERS = new Set(['RequestItems', 'Responses', 'UnprocessedKeys'])

/** Converts the values of attributes, wherever the input or output of an operation has them. */
function convertMembers(members: object, convert: Convert): object {
  const changed = Object.entries(members).map(([name, value]: [string, object | undefined]) => {
    if (value === undefined) return [name, value]
    if (ITEM_MEMBERS.has(name)) return [name, convert(value)]
    if (LIST_MEMBERS.has(name)) return [name, (value as object[]).map(convert)]
    return [name, TABLE_MEMBERS.has(name) ? convertTables(value, convert) : value]
  })
  return Object.fromEntries(changed) as object
}

function convertTables(tables: object, convert: Convert): object {
  const changed = Object.entries(tables).map(([table, value]: [string, object]) => [
    table,
    Array.isArray(value) ? value.map(convert) : convertMembers(value, convert),
  ])
  return Object.fromEntries(changed) as object
}
