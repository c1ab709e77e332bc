import { randomUUID } from 'node:crypto'
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  paginateDescribeChangeSet,
  type ResourceChange,
} from '@aws-sdk/client-cloudformation'
import { Complaint } from '../../command.ts'
import type { Aws } from './aws.ts'
import type { NamedStack, Patience } from './stack.ts'

/** A template for a stack. One of more than 51,200 bytes must be in S3. */
export interface Target {
  readonly stack: NamedStack
  readonly template: { readonly TemplateBody: string } | { readonly TemplateURL: string }
  readonly parameters: Readonly<Record<string, string>>
}

interface ChangeSet {
  readonly changes: readonly ResourceChange[]
  readonly execute: () => Promise<unknown>
}

const POLL_MILLISECONDS = 2000
/** The reasons of a change set that fails because it has no changes. */
const NO_CHANGES = /didn't contain changes|No updates are to be performed/

/**
 * Makes a change set, and deletes it after the action, even if that fails. CloudFormation keeps a change set that was executed anyway.
 *
 * @param action gets no change set if there is nothing to change
 * @throws Complaint if CloudFormation cannot make it, or the process must end
 */
export async function withChangeSet<Result>(
  { stack: { name: StackName, state, options }, template, parameters }: Target,
  { cloudFormation }: Aws,
  patience: Patience,
  action: (changeSet: ChangeSet | undefined) => Promise<Result>,
): Promise<Result> {
  const of = { StackName, ChangeSetName: `certbound-${randomUUID()}` }
  await cloudFormation.send(
    new CreateChangeSetCommand({
      ...{ ...of, ...template, Capabilities: ['CAPABILITY_IAM'] },
      RoleARN: options.cloudFormationRoleArn,
      Tags: Object.entries(options.tags).map(([Key, Value]) => ({ Key, Value })),
      ChangeSetType: state === undefined ? 'CREATE' : 'UPDATE',
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => {
        return { ParameterKey, ParameterValue }
      }),
    }),
  )
  const executed = { isDone: false }
  try {
    const changes = await changesOf(of, cloudFormation, patience)
    const execute = async () => {
      await cloudFormation.send(new ExecuteChangeSetCommand(of))
      executed.isDone = true
    }
    return await action(changes && { changes, execute })
  } finally {
    if (!executed.isDone) await cloudFormation.send(new DeleteChangeSetCommand(of))
  }
}

/** @returns `undefined` if there is nothing to change */
async function changesOf(
  of: { readonly StackName: string; readonly ChangeSetName: string },
  client: Aws['cloudFormation'],
  { wait, stop }: Patience,
): Promise<readonly ResourceChange[] | undefined> {
  for (;;) {
    const { Status = '', StatusReason = '' } = await client.send(new DescribeChangeSetCommand(of))
    if (stop.aborted) throw new Complaint(`interrupted: nothing of the stack ${of.StackName} was changed`)
    if (Status === 'CREATE_COMPLETE') break
    if (Status === 'FAILED' && NO_CHANGES.test(StatusReason)) return undefined
    if (!/^CREATE_(PENDING|IN_PROGRESS)$/.test(Status))
      throw new Complaint(`CloudFormation cannot plan the stack ${of.StackName} (${Status}): ${StatusReason}`)
    await wait(POLL_MILLISECONDS)
  }
  const changes: ResourceChange[] = []
  for await (const { Changes = [] } of paginateDescribeChangeSet({ client }, of))
    changes.push(...Changes.flatMap(({ ResourceChange: change }) => change ?? []))
  return changes
}
