import type { TableDescription } from '@aws-sdk/client-dynamodb'
import { isDeepStrictEqual } from 'node:util'
import { TABLES } from './tables.ts'

/** A table in DynamoDB's report. A restored table has lost its time to live, recovery and protection. */
export interface ReportedTable {
  readonly table: TableDescription
  /** The attribute with the expiry of items; `undefined` if items do not expire. */
  readonly ttl: string | undefined
  /** Whether there is point-in-time recovery. */
  readonly recovery: boolean
}

/** The reasons why a table cannot be used as one of the two, as sentences without their subject. */
export function shapeProblems(id: keyof typeof TABLES, { table, ttl }: ReportedTable): string[] {
  const { Properties } = TABLES[id]
  const { AttributeName } = Properties.TimeToLiveSpecification
  const [index] = 'GlobalSecondaryIndexes' in Properties ? Properties.GlobalSecondaryIndexes : []
  const found = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index?.IndexName)
  const problems = [
    table.TableStatus !== 'ACTIVE' && `is not active (${table.TableStatus ?? 'no status'})`,
    !isDeepStrictEqual(table.KeySchema, Properties.KeySchema) && `must have the key ${keyOf(Properties)}`,
    !hasTexts(table, Properties) && `must have these attributes as texts: ${namesOf(Properties)}`,
    ttl !== AttributeName &&
      `must have its time to live in the attribute ${AttributeName}: ${timeToLiveCommand(table.TableName)}`,
    index !== undefined &&
      !(
        found?.IndexStatus === 'ACTIVE' &&
        isDeepStrictEqual(found.KeySchema, index.KeySchema) &&
        isDeepStrictEqual(found.Projection?.ProjectionType, index.Projection.ProjectionType)
      ) &&
      `must have an active index ${index.IndexName} with the key ${keyOf(index)} that projects only keys`,
  ]
  return problems.filter((text) => text !== false)
}

/** The command that only enables the time to live. `npm run restore` would also revoke all tokens. */
export const timeToLiveCommand = (name = 'NAME') =>
  `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=true,AttributeName=ttl`

type Keyed = Pick<TableDescription, 'KeySchema' | 'AttributeDefinitions'>

const keyOf = ({ KeySchema = [] }: Keyed) => KeySchema.map(({ AttributeName }) => AttributeName).join(', ')
const namesOf = ({ AttributeDefinitions = [] }: Keyed) =>
  AttributeDefinitions.map(({ AttributeName }) => AttributeName).join(', ')

function hasTexts(
  { AttributeDefinitions: found = [] }: Keyed,
  { AttributeDefinitions = [] }: Keyed,
): boolean {
  return AttributeDefinitions.every((wanted) => found.some((it) => isDeepStrictEqual({ ...it }, wanted)))
}
