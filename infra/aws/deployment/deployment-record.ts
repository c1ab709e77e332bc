import { hash } from 'node:crypto'
import { type OutsideChange, runOutside } from '../../management/operation.ts'
import type { Aws } from './aws.ts'
import type { Plan } from './plan.ts'
import type { Release } from './release.ts'
import { findStacks, type NamedStack } from './stack.ts'
import { openDeployedTables } from './tables.ts'

/**
 * Runs a deployment with a record of it. The first deployment makes the table of records, so its record is stored afterwards.
 *
 * @param action makes the deployment
 */
export async function recordDeployment<Result>(
  { settings, arn, stacks, trust, tables }: Plan,
  { text }: Pick<Release, 'text'>,
  aws: Aws,
  action: () => Promise<Result>,
): Promise<Result> {
  const operator = { operation: 'deploy', by: arn }
  const members = [
    { name: 'template', to: `SHA-256 ${hash('sha256', text, 'base64url')}` },
    { name: 'trustStore', to: JSON.stringify(trust.lines) },
    { name: 'tables', to: JSON.stringify(tables) },
  ]
  const change: OutsideChange = { kind: 'deployment', item: stacks.main.name, members }
  const record = async (main: NamedStack, deploy: () => Promise<Result>) => {
    const runtime = openDeployedTables(settings, main, aws)
    return runOutside(runtime, operator, change, deploy).finally(() => runtime.store.close())
  }
  if (stacks.main.state?.outputs.has('AuditTableName') === true) return record(stacks.main, action)
  const result = await action()
  return record((await findStacks(settings, aws)).main, () => Promise.resolve(result))
}
