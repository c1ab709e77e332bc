import { GetTemplateCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation'
import { Complaint, Complaints } from '../../command.ts'
import type { Template } from '../template/releases.ts'
import type { Aws } from './aws.ts'
import { type Target, withChangeSet } from './change-set.ts'
import { changeLines, type StackChanges, stackChanges } from './changes.ts'
import { type NamedStack, type Patience, settledStack, type StackState } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { failureReason, lastOperation, leftBehind } from './stack-events.ts'

/** A template for a stack, whose content is known here as well. */
export interface Planned extends Target {
  readonly content: Template
}

const NOTHING: StackChanges = { changes: [], rights: [] }

/** Reads the effect of a deployment on a stack that exists. Leaves nothing in the account. @throws Complaint */
export async function previewStack(planned: Planned, aws: Aws, patience: Patience): Promise<StackChanges> {
  const before = await deployedTemplate(planned.stack, aws)
  return withChangeSet(planned, aws, patience, (changeSet) =>
    Promise.resolve(
      changeSet === undefined ? NOTHING : stackChanges(changeSet.changes, before, planned.content),
    ),
  )
}

/** The template of a stack, as it was deployed the last time. @throws Complaint */
export async function deployedTemplate(
  { name: StackName }: NamedStack,
  { cloudFormation }: Aws,
): Promise<Template> {
  const { TemplateBody = '{}' } = await cloudFormation.send(new GetTemplateCommand({ StackName }))
  return JSON.parse(TemplateBody) as Template
}

/**
 * Creates or updates a stack, waits until that is done, and protects it from deletion.
 *
 * @param shown what was shown before the question; `undefined` for a stack that did not exist
 * @returns the stack as it is then
 * @throws Complaint with the reason of the resource that failed and a remedy; or if the changes are not those that were shown
 */
export async function putStack(
  planned: Planned,
  shown: StackChanges | undefined,
  aws: Aws,
  patience: Patience,
): Promise<StackState> {
  const { stack } = planned
  const before = stack.state === undefined ? undefined : await deployedTemplate(stack, aws)
  const after = await withChangeSet(planned, aws, patience, async (changeSet) => {
    if (changeSet === undefined) return stack.state
    if (before !== undefined)
      expectShown(stack, shown, stackChanges(changeSet.changes, before, planned.content))
    await changeSet.execute()
    return settledStack(stack, aws, patience)
  })
  if (after === undefined) throw new Complaint(`the template of the stack ${stack.name} has no resources`)
  if (after !== stack.state && !/^(CREATE|UPDATE)_COMPLETE$/.test(after.status))
    throw await failure(stack, after, aws)
  await protect(stack.name, after, aws)
  return after
}

function expectShown({ name }: NamedStack, shown: StackChanges | undefined, now: StackChanges): void {
  const [before, after] = [shown ?? NOTHING, now].map((changes) => changeLines(changes).join('\n'))
  if (before === after) return
  throw new Complaint(
    `the changes of the stack ${name} are not those that were shown, so it was not changed: deploy again. They are now:\n${after ?? ''}`,
  )
}

async function failure(stack: NamedStack, after: StackState, aws: Aws): Promise<Complaint> {
  const region = await aws.cloudFormation.config.region()
  const wrong = new Complaints()
  const operation = await wrong.of(lastOperation(stack.name, aws))
  const why = failureReason(operation ?? [])
  const [unread] = wrong.isEmpty ? [] : [wrong.all().message]
  const advice = after.status.startsWith('ROLLBACK')
    ? undefined
    : obstacle({ ...stack, state: after }, region)
  const lines = [
    `the stack ${stack.name} failed and was rolled back (${after.status})${why}`,
    ...[unread, advice].filter((line) => line !== undefined),
    ...leftBehind(operation ?? [], region),
  ]
  return new Complaint(lines.join('\n'))
}

async function protect(
  StackName: string,
  { isProtected }: StackState,
  { cloudFormation }: Aws,
): Promise<void> {
  if (isProtected) return
  const EnableTerminationProtection = true
  await cloudFormation.send(
    new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection }),
  )
}
