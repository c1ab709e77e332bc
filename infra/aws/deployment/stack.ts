import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation'
import { Complaint } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { Aws } from './aws.ts'

export interface StackState {
  /** The ARN of the stack. */
  readonly id: string
  /** The status in CloudFormation, for example `UPDATE_COMPLETE`. */
  readonly status: string
  readonly outputs: ReadonlyMap<string, string>
  /** Whether termination protection prevents the deletion of the stack. */
  readonly isProtected: boolean
  /** The time when its last operation began, in milliseconds. */
  readonly changedAt: number
}

/** A stack of a deployment. */
export interface NamedStack {
  readonly name: string
  /** `undefined` if the stack does not exist. */
  readonly state: StackState | undefined
  readonly options: StackOptions
}

/** Settings of a stack that its template does not have. CloudFormation gives the tags to all resources that can have some. */
type StackOptions = Pick<DeploymentSettings, 'tags' | 'cloudFormationRoleArn'>

/** The two stacks of a deployment at the start of a command. */
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

/** The clock and the stop signal of a deployment that waits. */
export interface Patience {
  readonly wait: Wait
  /** Aborted when the process must end. */
  readonly stop: AbortSignal
}

const POLL_MILLISECONDS = 5000

/** @throws Complaint */
export async function findStacks(
  { stage, tags, cloudFormationRoleArn }: DeploymentSettings,
  aws: Aws,
): Promise<Stacks> {
  const options = { tags, cloudFormationRoleArn }
  // The prefixes of the two names differ, so that the names differ for every stage.
  const [truststore, main] = [`truststore-certbound-${stage}`, `certbound-${stage}`]
  return {
    truststore: { name: truststore, state: await madeStack(truststore, aws), options },
    main: { name: main, state: await madeStack(main, aws), options },
  }
}

/** A stack that has only a change set which was never executed counts as none: it has no resources. */
async function madeStack(name: string, aws: Aws): Promise<StackState | undefined> {
  const state = await findStack(name, aws)
  return state?.status === 'REVIEW_IN_PROGRESS' ? undefined : state
}

/** @returns `undefined` if the stack does not exist @throws Complaint */
async function findStack(StackName: string, { cloudFormation }: Aws): Promise<StackState | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }))
    return Stacks.map(stateOf)[0]
  } catch (error) {
    if (hasMessage(error, 'does not exist')) return undefined
    throw error
  }
}

/** Whether an error has a text in its message, because CloudFormation has one type for many errors. */
function hasMessage(error: unknown, text: string): boolean {
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

/** Waits until no operation on the stack is running. @throws Complaint */
export async function settledStack(
  { name, state }: NamedStack,
  aws: Aws,
  { wait, stop }: Patience,
): Promise<StackState> {
  for (;;) {
    const now = await findStack(name, aws)
    if (now === undefined) throw new Complaint(`the stack ${name} was deleted while it was being created`)
    // Right after its beginning a change may not show yet.
    const isBegun = now.changedAt !== state?.changedAt
    if (isBegun && !now.status.endsWith('_IN_PROGRESS')) return now
    if (stop.aborted)
      throw new Complaint(`interrupted: CloudFormation goes on with the stack ${name} (${now.status})`)
    await wait(POLL_MILLISECONDS)
  }
}
