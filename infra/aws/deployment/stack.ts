import { setTimeout as delay } from 'node:timers/promises'
import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { attempt, Complaint } from './complaint.ts'

export interface StackState {
  /** As CloudFormation says it, for example `UPDATE_COMPLETE`. */
  readonly status: string
  readonly outputs: ReadonlyMap<string, string>
}

const POLL_MILLISECONDS = 5000

/** @returns `undefined` where there is no such stack */
export async function findStack(
  client: CloudFormationClient,
  StackName: string,
): Promise<StackState | undefined> {
  return attempt(`looking for the stack ${StackName}`, async () => {
    const [stack] = (await describe(client, StackName)) ?? []
    if (stack === undefined) return undefined
    const outputs = (stack.Outputs ?? []).map(
      ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
    )
    return { status: stack.StackStatus ?? '', outputs: new Map(outputs) }
  })
}

async function describe(client: CloudFormationClient, StackName: string) {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (error instanceof Error && error.message.includes('does not exist')) return undefined
    throw error
  }
}

/** Why a stack cannot be changed now; `undefined` where it can, or is not there yet. */
export function obstacle(name: string, state: StackState | undefined): string | undefined {
  if (state === undefined || /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(state.status))
    return undefined
  if (state.status.endsWith('_IN_PROGRESS'))
    return `the stack ${name} is being changed at this moment: wait until it is done`
  return `the stack ${name} is left over from a failure (${state.status}): look at its events in CloudFormation, delete it, and deploy again`
}

/**
 * Makes a stack, or changes it to what the template says, and waits until that is done.
 *
 * @returns the stack as it is now
 * @throws Complaint with the reason of the resource that failed
 */
export async function putStack(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<StackState> {
  const before = await findStack(client, StackName)
  await attempt(`changing the stack ${StackName}`, () =>
    change(client, StackName, TemplateBody, before !== undefined),
  )
  for (;;) {
    const state = await findStack(client, StackName)
    if (state === undefined) throw new Complaint(`the stack ${StackName} has gone while it was made`)
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(state.status)) return state
    if (!state.status.endsWith('_IN_PROGRESS')) throw await failure(client, StackName, state)
    await delay(pollMilliseconds)
  }
}

async function change(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
  isThere: boolean,
) {
  if (!isThere) {
    await client.send(new CreateStackCommand({ StackName, TemplateBody, EnableTerminationProtection: true }))
    return
  }
  try {
    await client.send(new UpdateStackCommand({ StackName, TemplateBody }))
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('No updates are to be performed'))) throw error
  }
}

async function failure(
  client: CloudFormationClient,
  StackName: string,
  { status }: StackState,
): Promise<Complaint> {
  const { StackEvents = [] } = await attempt(`reading the events of ${StackName}`, () =>
    client.send(new DescribeStackEventsCommand({ StackName })),
  )
  // The newest come first; what failed last is what the others were cancelled for, or the other way round.
  const failed = StackEvents.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'))
  const first = failed.findLast(
    ({ ResourceStatusReason = '' }) => !ResourceStatusReason.includes('cancelled'),
  )
  const why =
    first === undefined ? '' : `: ${first.LogicalResourceId ?? ''}, ${first.ResourceStatusReason ?? ''}`
  return new Complaint(`the stack ${StackName} could not be made and was taken back (${status})${why}`)
}
