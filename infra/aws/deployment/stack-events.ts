import { paginateDescribeStackEvents, type StackEvent } from '@aws-sdk/client-cloudformation'
import type { Aws } from './aws.ts'

/** The status with which an operation on a stack begins. A rollback is part of its operation. */
const BEGINNING = /^(CREATE|UPDATE|IMPORT|DELETE)_IN_PROGRESS$/

/** The events of the last operation on a stack, with the newest first. @throws Complaint */
export async function lastOperation(
  StackName: string,
  { cloudFormation: client }: Aws,
): Promise<readonly StackEvent[]> {
  const events: StackEvent[] = []
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    const end = StackEvents.findIndex(isBeginning)
    if (end >= 0) return [...events, ...StackEvents.slice(0, end + 1)]
    events.push(...StackEvents)
  }
  return events
}

function isBeginning({ StackId, PhysicalResourceId, ResourceStatus }: StackEvent): boolean {
  return PhysicalResourceId === StackId && BEGINNING.test(ResourceStatus ?? '')
}

/** The resource that failed first, and why; empty if no resource failed. */
export function failureReason(operation: readonly StackEvent[]): string {
  // The oldest failure is the cause, except if CloudFormation only cancelled the resource.
  const first = operation.findLast(
    ({ ResourceStatus = '', ResourceStatusReason = '' }) =>
      ResourceStatus.endsWith('_FAILED') && !ResourceStatusReason.includes('cancelled'),
  )
  return first === undefined ? '' : `: ${first.LogicalResourceId ?? ''}, ${first.ResourceStatusReason ?? ''}`
}

/** The commands that delete a resource, keyed by its type. The templates retain only these types. */
const REMOVALS: Readonly<Record<string, (name: string, region: string) => readonly string[]>> = {
  'AWS::DynamoDB::Table': (name, region) => [
    `aws dynamodb update-table --region ${region} --table-name ${name} --no-deletion-protection-enabled`,
    `aws dynamodb wait table-exists --region ${region} --table-name ${name}`,
    `aws dynamodb delete-table --region ${region} --table-name ${name}`,
  ],
  'AWS::S3::Bucket': (name, region) => [`aws s3 rb --region ${region} s3://${name}`],
}

/**
 * The retained resources of an operation that was rolled back. They are empty, because no function was deployed that could write to them.
 *
 * @returns lines for the user, with the commands that delete them
 */
export function leftBehind(operation: readonly StackEvent[], region: string): string[] {
  const made = new Set(
    operation
      .filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_IN_PROGRESS')
      .map(({ LogicalResourceId }) => LogicalResourceId),
  )
  const kept = operation.filter(
    ({ ResourceStatus, LogicalResourceId, PhysicalResourceId }) =>
      ResourceStatus === 'DELETE_SKIPPED' && made.has(LogicalResourceId) && PhysicalResourceId,
  )
  const lines = kept.flatMap(
    ({ ResourceType = '', PhysicalResourceId = '' }) =>
      REMOVALS[ResourceType]?.(PhysicalResourceId, region) ?? [],
  )
  if (lines.length === 0) return []
  const names = kept.map(({ PhysicalResourceId = '' }) => PhysicalResourceId).join(', ')
  return [
    `the rollback left these empty resources: ${names}. To delete them:`,
    ...lines.map((line) => `  ${line}`),
  ]
}
