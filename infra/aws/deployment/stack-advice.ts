import type { NamedStack } from './stack.ts'

/** States in which CloudFormation takes an update. A rollback that has ended is one of them. */
const STABLE = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/
/** States after a creation that failed. Nothing was ever deployed by such a stack. */
const NEVER_MADE = /^(CREATE_FAILED|ROLLBACK_COMPLETE|ROLLBACK_FAILED)$/

/**
 * Why a stack cannot be changed now, and the way on; `undefined` when it can be, or does not exist. It never advises to
 * delete a stack that has tables: the next one would make new, empty tables.
 */
export function obstacle({ name, state }: NamedStack, region: string): string | undefined {
  if (state === undefined || STABLE.test(state.status)) return undefined
  const { status, outputs, isProtected } = state
  const at = `--region ${region} --stack-name ${name}`
  const aws = (...lines: readonly string[]) =>
    lines.map((line) => `\n  aws cloudformation ${line} ${at}`).join('')
  const stack = `the stack ${name}`

  if (status.endsWith('_IN_PROGRESS'))
    return `${stack} is being changed by somebody else (${status}): wait until that is done`
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `${stack} could not be rolled back (${status}). Mend what its events in CloudFormation name, and let the rollback go on:${aws('continue-update-rollback')}`
  if (status === 'UPDATE_FAILED')
    return `${stack} was updated without a rollback and failed (${status}). Roll it back:${aws('rollback-stack')}`

  const tables = ['RegistryTableName', 'GrantsTableName', 'AuditTableName'].flatMap(
    (key) => outputs.get(key) ?? [],
  )
  if (tables.length > 0)
    return `${stack} cannot be changed any more (${status}), and its tables ${tables.join(' and ')} have all clients and tokens. Leave the stack and the tables as they are until you have read docs/operations.md#restore`
  const unprotect = isProtected ? ['update-termination-protection --no-enable-termination-protection'] : []
  if (NEVER_MADE.test(status) || status === 'DELETE_FAILED')
    return `${stack} is left over from a failure (${status}): read its events in CloudFormation, delete it, and deploy again:${aws(...unprotect, 'delete-stack', 'wait stack-delete-complete')}`
  return `${stack} cannot be changed in its state ${status}: mend what its events in CloudFormation name`
}
