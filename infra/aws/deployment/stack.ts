import { setTimeout as delay } from 'node:timers/promises'
import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { Complaint } from '../../command.ts'
import { attempt } from './aws.ts'
import type { DeploymentSettings } from './settings.ts'

export interface StackState {
  /** The status in CloudFormation, for example `UPDATE_COMPLETE`. */
  readonly status: string
  readonly outputs: ReadonlyMap<string, string>
}

const POLL_MILLISECONDS = 5000

export const mainStackName = ({ stage }: DeploymentSettings): string => `certbound-${stage}`
/** Begins differently from the main stack's name, so that no stage makes the two names equal. */
export const truststoreStackName = ({ stage }: DeploymentSettings): string => `truststore-certbound-${stage}`

/** @returns `undefined` when the stack does not exist @throws Complaint */
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
    // CloudFormation has no error type of its own for it.
    if (error instanceof Error && error.message.includes('does not exist')) return undefined
    throw error
  }
}

/** Why a stack cannot be changed now; `undefined` when it can be, or does not exist. */
export function obstacle(name: string, state: StackState | undefined): string | undefined {
  if (state === undefined || /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(state.status))
    return undefined
  if (state.status.endsWith('_IN_PROGRESS'))
    return `the stack ${name} is being changed by somebody else: wait until that is done`
  return `the stack ${name} is left over from a failure (${state.status}): read its events in CloudFormation, delete it, and deploy again`
}

/**
 * Creates or updates a stack, and waits until that is done. The SDK's waiters would repeat every error of a poll, such as
 * expired credentials, until their time is over.
 *
 * @returns the stack as it is then
 * @throws Complaint with the reason of the resource that failed
 */
export async function putStack(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
): Promise<StackState> {
  const isThere = (await findStack(client, StackName)) !== undefined
  await attempt(`changing the stack ${StackName}`, () => change(client, StackName, TemplateBody, isThere))
  for (;;) {
    const state = await findStack(client, StackName)
    if (state === undefined) throw new Complaint(`the stack ${StackName} was deleted while it was being made`)
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(state.status)) return state
    if (!state.status.endsWith('_IN_PROGRESS')) throw await failure(client, StackName, state.status)
    await delay(POLL_MILLISECONDS)
  }
}

async function change(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
  isThere: boolean,
) {
  const create = { StackName, TemplateBody, EnableTerminationProtection: true }
  try {
    if (isThere) await client.send(new UpdateStackCommand({ StackName, TemplateBody }))
    else await client.send(new CreateStackCommand(create))
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('No updates are to be performed'))) throw error
  }
}

async function failure(client: CloudFormationClient, StackName: string, status: string): Promise<Complaint> {
  const { StackEvents = [] } = await attempt(`reading the events of ${StackName}`, () =>
    client.send(new DescribeStackEventsCommand({ StackName })),
  )
  // The newest event comes first. The oldest failure is the cause, unless CloudFormation only cancelled that resource.
  const first = StackEvents.findLast(
    ({ ResourceStatus = '', ResourceStatusReason = '' }) =>
      ResourceStatus.endsWith('_FAILED') && !ResourceStatusReason.includes('cancelled'),
  )
  const why =
    first === undefined ? '' : `: ${first.LogicalResourceId ?? ''}, ${first.ResourceStatusReason ?? ''}`
  return new Complaint(`the stack ${StackName} failed and was rolled back (${status})${why}`)
}
