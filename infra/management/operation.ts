import type { Runtime } from '../../shared/runtime/runtime.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'

/** The command that changes something, and its caller: the ARN of the AWS credentials, or `local` for tables on this machine. */
export interface Operator {
  readonly operation: string
  readonly by: string
}

export const LOCAL: Operator = { operation: 'provision', by: 'local' }

/**
 * Runs a part of a command as one operation: each of its writes is recorded before it is made (architecture, section 3).
 *
 * @param action gets a runtime whose store records
 */
export async function runOperation<Result>(
  runtime: Runtime,
  operator: Operator,
  action: (recording: Runtime) => Promise<Result>,
): Promise<Result> {
  const begun = runtime.store.begin({ ...operator, at: runtime.now() }, () => undefined)
  try {
    const result = await action({ ...runtime, store: { ...runtime.store, ...begun.store } })
    await begun.operation.end(undefined, false)
    return result
  } catch (error) {
    await begun.operation.end(error instanceof Refusal ? error.reason : 'failed', !(error instanceof Refusal))
    throw error
  }
}

/** A change outside of the tables, such as a deployment, or a decision that no item has. */
export interface OutsideChange {
  readonly kind: string
  readonly item: string
  readonly members: readonly { readonly name: string; readonly to: string }[]
}

/** Runs an action with a record of such a change. If the process ends early, the tables do not show whether it was done. */
export async function runOutside<Result>(
  runtime: Runtime,
  operator: Operator,
  { kind, item, members }: OutsideChange,
  action: () => Promise<Result>,
): Promise<Result> {
  const { operation } = runtime.store.begin({ ...operator, at: runtime.now() }, () => undefined)
  const attempt = operation.newAttempt()
  const write = { kind, key: { id: item }, read: [], attempt, members: [...members] }
  await operation.announce({ table: 'outside', ...write })
  try {
    const result = await action()
    operation.confirm(attempt)
    await operation.end(undefined, false)
    return result
  } catch (error) {
    await operation.end('failed', true)
    throw error
  }
}
