import { createRequire } from 'node:module'

type Item = Readonly<Record<string, { readonly S?: string } | undefined>>
type Finish = (error: unknown) => void

interface Keyed {
  readonly KeySchema: readonly { readonly AttributeName: string }[]
}
interface Table extends Keyed {
  readonly GlobalSecondaryIndexes?: readonly (Keyed & { readonly IndexName: string })[]
}

interface Query {
  readonly IndexName?: string
  /** Absent in a scan. */
  readonly KeyConditions?: Readonly<Record<string, { readonly AttributeValueList: readonly Item[string][] }>>
}

/** The steps that dynalite's calls share. */
const steps = createRequire(import.meta.resolve('dynalite'))('./db') as {
  validateItem: (item: Item, table: Table) => unknown
  updateIndexes: (store: unknown, table: Table, before: unknown, item: Item | null, end: Finish) => void
  queryTable: (store: unknown, table: Table, query: Query, ...others: unknown[]) => void
  readonly validationError: (message: string) => unknown
}

const EMPTY = 'The AttributeValue for a key attribute cannot contain an empty string value.'
const INVALID = 'One or more parameter values are not valid.'

/**
 * Makes dynalite refuse an empty text as a key of an index and in the condition of a query, with DynamoDB's messages. It refuses only
 * an empty key of an item by itself.
 */
export function refuseEmptyKeys(): void {
  const { validateItem, updateIndexes, queryTable } = steps
  steps.validateItem = (item, table) => validateItem(item, table) ?? refusedIndexKey(item, table)
  steps.updateIndexes = (store, table, before, item, end) => {
    if (item !== null && emptyIndexKey(item, table) !== undefined) end(steps.validationError(EMPTY_UPDATE))
    else updateIndexes(store, table, before, item, end)
  }
  steps.queryTable = (store, table, query, ...others) => {
    const refused = refusedCondition(query, table)
    if (refused === undefined) queryTable(store, table, query, ...others)
    else (others.at(-1) as Finish)(refused)
  }
}

const EMPTY_UPDATE = `${INVALID} The update expression attempted to update a secondary index key to a value that is not supported. ${EMPTY}`

const inIndex = (index: string, key: string): string =>
  `${INVALID} A value specified for a secondary index key is not supported. ${EMPTY} IndexName: ${index}, IndexKey: ${key}`

function refusedIndexKey(item: Item, table: Table): unknown {
  const empty = emptyIndexKey(item, table)
  return empty && steps.validationError(inIndex(empty.index, empty.key))
}

function emptyIndexKey(item: Item, { GlobalSecondaryIndexes: indexes = [] }: Table) {
  return indexes
    .flatMap(({ IndexName, KeySchema }) =>
      KeySchema.map((key) => ({ index: IndexName, key: key.AttributeName })),
    )
    .find(({ key }) => item[key]?.S === '')
}

function refusedCondition({ IndexName, KeyConditions = {} }: Query, { KeySchema }: Table): unknown {
  const [key] =
    Object.entries(KeyConditions).find(([, each]) =>
      each.AttributeValueList.some((value) => value?.S === ''),
    ) ?? []
  if (key === undefined) return undefined
  const isOfIndex = IndexName !== undefined && !KeySchema.some(({ AttributeName }) => AttributeName === key)
  return steps.validationError(isOfIndex ? inIndex(IndexName, key) : `${INVALID} ${EMPTY} Key: ${key}`)
}
