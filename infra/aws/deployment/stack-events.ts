import { paginateDescribeStackEvents, type StackEvent } from '@aws-sdk/client-cloudformation'
import type { Aws } from './aws.ts'

/** An operation on a stack begins so. A rollback is a part of its operation. */
const BEGINNING = /^(CREATE|UPDATE|IMPORT|DELETE)_IN_PROGRESS$/

/** The events of the last operation on a stack, the newest first. @throws Complaint */
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

/** The resource that failed first, and why; empty if none did. */
export function failureReason(operation: readonly StackEvent[]): string {
  // The oldest failure is the cause, unless CloudFormation only cancelled that resource.
  const first = operation.findLast(
    ({ ResourceStatus = '', ResourceStatusReason = '' }) =>
      ResourceStatus.endsWith('_FAILED') && !ResourceStatusReason.includes('cancelled'),
  )
  return first === undefined ? '' : `: ${first.LogicalResourceId ?? ''}, ${first.ResourceStatusReason ?? ''}`
}

/** The lines that delete a resource, by its type. The templates retain no others. */
const REMOVALS: Readonly<Record<string, (name: string, region: string) => readonly string[]>> = {
  'AWS::DynamoDB::Table': (name, region) => [
    `aws dynamodb update-table --region ${region} --table-name ${name} --no-deletion-protection-enabled`,
    `aws dynamodb wait table-exists --region ${region} --table-name ${name}`,
    `aws dynamodb delete-table --region ${region} --table-name ${name}`,
  ],
  'AWS::S3::Bucket': (name, region) => [`aws s3 rb --region ${region} s3://${name}`],
}

/**
 * What an operation that was rolled back has made and left behind. It is empty: nothing was ever deployed that could write
 * into it.
 *
 * @returns lines for the user, with those that delete it
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
  return [`the rollback left behind, empty: ${names}. To delete it:`, ...lines.map((line) => `  ${line}`)]
}
