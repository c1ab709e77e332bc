import {
  CreateStackCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { Complaint } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { Aws } from './aws.ts'
import { failureReason, lastOperation } from './stack-events.ts'

export interface StackState {
  /** Its ARN. */
  readonly id: string
  /** The status in CloudFormation, for example `UPDATE_COMPLETE`. */
  readonly status: string
  readonly outputs: ReadonlyMap<string, string>
  /** Whether it must be allowed first to delete the stack. */
  readonly isProtected: boolean
  /** When its last operation began, in milliseconds. */
  readonly changedAt: number
}

/** A stack of a deployment. */
export interface NamedStack {
  readonly name: string
  /** `undefined`: it does not exist. */
  readonly state: StackState | undefined
}

/** The two stacks of a deployment, as they are when a command begins. */
export interface Stacks {
  readonly main: NamedStack
  readonly truststore: NamedStack
}

/** @throws Complaint if the stack does not exist */
export function requireState({ name, state }: NamedStack): StackState {
  if (state === undefined) throw new Complaint(`the stack ${name} does not exist: run npm run deploy first`)
  return state
}

/** The delay between two polls. */
export type Wait = (milliseconds: number) => Promise<unknown>

const POLL_MILLISECONDS = 5000

/** @throws Complaint */
export async function findStacks({ stage }: DeploymentSettings, aws: Aws): Promise<Stacks> {
  // It begins differently from the name of the main stack, so that no stage makes the two names equal.
  const [truststore, main] = [`truststore-certbound-${stage}`, `certbound-${stage}`]
  return {
    truststore: { name: truststore, state: await findStack(truststore, aws) },
    main: { name: main, state: await findStack(main, aws) },
  }
}

/** @returns `undefined` when the stack does not exist @throws Complaint */
async function findStack(StackName: string, { cloudFormation }: Aws): Promise<StackState | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }))
    return Stacks.map(stateOf)[0]
  } catch (error) {
    if (isSaid(error, 'does not exist')) return undefined
    throw error
  }
}

/** CloudFormation has one type for many errors. */
function isSaid(error: unknown, text: string): boolean {
  return error instanceof Complaint && error.message.includes(text)
}

function stateOf(stack: Stack): StackState {
  const outputs = (stack.Outputs ?? []).map(
    ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
  )
  return {
    id: stack.StackId ?? '',
    status: stack.StackStatus ?? '',
    outputs: new Map(outputs),
    isProtected: stack.EnableTerminationProtection === true,
    changedAt: Number(stack.LastUpdatedTime ?? stack.CreationTime),
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
  { name, state }: NamedStack,
  TemplateBody: string,
  aws: Aws,
  wait: Wait,
): Promise<StackState> {
  const isBegun = await change(name, TemplateBody, state !== undefined, aws)
  if (!isBegun && state !== undefined) return state
  const after = await settledStack(name, aws, wait)
  if (after === undefined) throw new Complaint(`the stack ${name} was deleted while it was being made`)
  if (/^(CREATE|UPDATE)_COMPLETE$/.test(after.status)) return after
  const why = failureReason(await lastOperation(name, aws))
  throw new Complaint(`the stack ${name} failed and was rolled back (${after.status})${why}`)
}

/** The stack when nothing is being changed any more. @throws Complaint */
export async function settledStack(name: string, aws: Aws, wait: Wait): Promise<StackState | undefined> {
  for (;;) {
    const state = await findStack(name, aws)
    if (state?.status.endsWith('_IN_PROGRESS') !== true) return state
    await wait(POLL_MILLISECONDS)
  }
}

/** @returns whether an operation was begun: if there is nothing to update, none is */
async function change(
  StackName: string,
  TemplateBody: string,
  exists: boolean,
  { cloudFormation }: Aws,
): Promise<boolean> {
  const create = { StackName, TemplateBody, EnableTerminationProtection: true }
  try {
    if (exists) await cloudFormation.send(new UpdateStackCommand({ StackName, TemplateBody }))
    else await cloudFormation.send(new CreateStackCommand(create))
    return true
  } catch (error) {
    if (isSaid(error, 'No updates are to be performed')) return false
    throw error
  }
}
