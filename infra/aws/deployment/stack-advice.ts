import type { NamedStack } from './stack.ts'

/** The states in which CloudFormation accepts an update. A completed rollback is one of them. */
const STABLE = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/
/** The states after a failed creation. Such a stack never deployed anything. */
const FAILED_CREATION = /^(CREATE_FAILED|ROLLBACK_COMPLETE|ROLLBACK_FAILED)$/

/**
 * Why a stack cannot be changed now, and the remedy; `undefined` if it can be changed or does not exist. It never advises to delete a
 * stack with tables, because the next stack would make new, empty tables.
 */
export function obstacle({ name, state }: NamedStack, region: string): string | undefined {
  if (state === undefined || STABLE.test(state.status)) return undefined
  const { status, outputs, isProtected } = state
  const at = `--region ${region} --stack-name ${name}`
  const aws = (...lines: readonly string[]) =>
    lines.map((line) => `\n  aws cloudformation ${line} ${at}`).join('')
  const stack = `the stack ${name}`

  if (status.endsWith('_IN_PROGRESS'))
    return `${stack} is being changed by another operation (${status}): wait until it has finished`
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `${stack} could not be rolled back (${status}). Fix the cause that its events in CloudFormation name, and continue the rollback:${aws('continue-update-rollback')}`
  if (status === 'UPDATE_FAILED')
    return `${stack} was updated without a rollback and failed (${status}). Roll it back:${aws('rollback-stack')}`

  const tables = ['RegistryTableName', 'GrantsTableName', 'AuditTableName'].flatMap(
    (key) => outputs.get(key) ?? [],
  )
  if (tables.length > 0)
    return `${stack} cannot be changed any more (${status}), but its tables ${tables.join(' and ')} contain all clients and tokens. Do not change the stack or the tables before you have read docs/operations.md#restore`
  const unprotect = isProtected ? ['update-termination-protection --no-enable-termination-protection'] : []
  if (FAILED_CREATION.test(status) || status === 'DELETE_FAILED')
    return `${stack} remained after a failure (${status}): read its events in CloudFormation, delete it, and deploy again:${aws(...unprotect, 'delete-stack', 'wait stack-delete-complete')}`
  return `${stack} cannot be changed in its state ${status}: fix the cause that its events in CloudFormation name`
}
