import { type Output, paginateDescribeStacks } from '@aws-sdk/client-cloudformation'
import { Complaint, confirm, type Io } from '../../command.ts'
import { shapeProblems } from '../../tables/shape.ts'
import type { Aws } from './aws.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { StackState } from './stack.ts'
import { reportedTable } from './table-protection.ts'

const OUTPUTS = { registry: 'RegistryTableName', grants: 'GrantsTableName', audit: 'AuditTableName' } as const
const RESOURCES = { registry: 'RegistryTable', grants: 'GrantsTable', audit: 'AuditTable' } as const
const KINDS = ['registry', 'grants', 'audit'] as const

type Tables = NonNullable<DeploymentSettings['tables']>
/** The outputs of the deployment; `undefined` before its first success. */
type Present = Readonly<Record<keyof Tables, string | undefined>>

/**
 * Checks the tables in the settings, and compares them with those that the deployment uses now. It changes nothing.
 *
 * @param stack the name of the main stack
 * @returns the lines of the plan; empty if the deployment keeps its tables
 * @throws Complaint if a table in the settings cannot be used, or if the deployment would replace such tables with new, empty ones
 */
export async function tablesChange(
  { tables }: DeploymentSettings,
  stack: string,
  outputs: StackState['outputs'] | undefined,
  aws: Aws,
): Promise<readonly string[]> {
  const now: Present = {
    registry: outputs?.get(OUTPUTS.registry),
    grants: outputs?.get(OUTPUTS.grants),
    audit: outputs?.get(OUTPUTS.audit),
  }
  if (tables === undefined) {
    if (outputs?.get('TablesFrom') === 'settings') throw tablesLostComplaint(stack, now)
    return []
  }
  const problems = await problemsOf(tables, stack, aws)
  if (problems.length > 0) throw new Complaint(problems.join('\n'))
  return changeLines(tables, now, stack)
}

function tablesLostComplaint(stack: string, { registry = '?', grants = '?' }: Present): Complaint {
  return new Complaint(
    `${stack} uses the tables ${registry} and ${grants}, and would get new, empty ones: set both in the settings, under tables`,
  )
}

async function problemsOf(tables: Tables, stack: string, aws: Aws): Promise<string[]> {
  const problems: string[] = []
  const others = await tablesOfOthers(stack, aws)
  for (const kind of KINDS) {
    const name = tables[kind]
    // Without a name the stack keeps its own table of records.
    if (name === undefined) continue
    const other = others.get(name)
    const reported = await reportedTable(aws, name)
    const wrong =
      reported === undefined
        ? ['does not exist in this account and Region']
        : shapeProblems(RESOURCES[kind], reported)
    if (other !== undefined) wrong.push(`is in use by the stack ${other}`)
    problems.push(...wrong.map((text) => `tables.${kind}: ${name} ${text}`))
  }
  return problems
}

/** The tables that other deployments in this account and Region use, from the outputs of their stacks, and these stacks. */
async function tablesOfOthers(own: string, { cloudFormation: client }: Aws) {
  const used: (readonly [table: string | undefined, stack: string])[] = []
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    for (const { StackName = '', Outputs = [] } of Stacks)
      used.push(...Outputs.filter(isTableName).map(({ OutputValue }) => [OutputValue, StackName] as const))
  return new Map(used.filter(([, stack]) => stack !== own))
}

const isTableName = ({ OutputKey }: Output) => Object.values<unknown>(OUTPUTS).includes(OutputKey)

function changeLines(tables: Tables, now: Present, stack: string): string[] {
  const named = KINDS.filter((kind) => tables[kind] !== undefined)
  const changed = named.filter((kind) => tables[kind] !== now[kind])
  if (changed.length === 0) return []
  const used = (kind: (typeof KINDS)[number]) => now[kind] ?? 'a new, empty table'
  return [
    `The tables of ${stack}:`,
    ...named.map((kind) =>
      changed.includes(kind)
        ? `  ${kind}: ${tables[kind]} in place of ${used(kind)}`
        : `  ${kind}: ${tables[kind]}, no change`,
    ),
    ...(now.registry === undefined
      ? []
      : ['  tables that are no longer used are kept, with all their items']),
  ]
}

/** @throws Complaint unless the answer is yes */
export function confirmTables(io: Io): Promise<void> {
  return confirm(io, 'Use these tables?')
}
