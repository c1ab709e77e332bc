import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { Complaint } from '../../command.ts'
import { attempt } from './aws.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { failureReason, lastOperation } from './stack-events.ts'

export interface StackState {
  /** The status in CloudFormation, for example `UPDATE_COMPLETE`. */
  readonly status: string
  readonly outputs: ReadonlyMap<string, string>
  /** Whether it must be allowed first to delete the stack. */
  readonly isProtected: boolean
  /** When its last operation began, in milliseconds. */
  readonly changedAt: number
}

/** Lets time pass between two looks. */
export type Wait = (milliseconds: number) => Promise<unknown>

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
    const isProtected = stack.EnableTerminationProtection === true
    const changedAt = Number(stack.LastUpdatedTime ?? stack.CreationTime)
    return { status: stack.StackStatus ?? '', outputs: new Map(outputs), isProtected, changedAt }
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
  wait: Wait,
): Promise<StackState> {
  const before = await findStack(client, StackName)
  const isBegun = await attempt(`changing the stack ${StackName}`, () =>
    change(client, StackName, TemplateBody, before !== undefined),
  )
  if (!isBegun && before !== undefined) return before
  const after = await settled(client, StackName, wait)
  if (after === undefined) throw new Complaint(`the stack ${StackName} was deleted while it was being made`)
  if (/^(CREATE|UPDATE)_COMPLETE$/.test(after.status)) return after
  const why = failureReason(await lastOperation(client, StackName))
  throw new Complaint(`the stack ${StackName} failed and was rolled back (${after.status})${why}`)
}

/** The stack when nothing is being changed any more. @throws Complaint */
export async function settled(
  client: CloudFormationClient,
  StackName: string,
  wait: Wait,
): Promise<StackState | undefined> {
  for (;;) {
    const state = await findStack(client, StackName)
    if (state?.status.endsWith('_IN_PROGRESS') !== true) return state
    await wait(POLL_MILLISECONDS)
  }
}

/** @returns whether an operation was begun: if there is nothing to update, none is */
async function change(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
  isThere: boolean,
): Promise<boolean> {
  const create = { StackName, TemplateBody, EnableTerminationProtection: true }
  try {
    if (isThere) await client.send(new UpdateStackCommand({ StackName, TemplateBody }))
    else await client.send(new CreateStackCommand(create))
    return true
  } catch (error) {
    if (error instanceof Error && error.message.includes('No updates are to be performed')) return false
    throw error
  }
}
