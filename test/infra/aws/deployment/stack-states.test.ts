import { expect } from 'vitest'
import { leftBehind } from '../../../../infra/aws/deployment/stack-events.ts'
import { Failure } from '../../../support/fake-account.ts'
import type { Event, Stack } from '../../../support/fake-cloudformation.ts'
import { MAIN, MTLS, STORE, TABLES, test } from './own-account.ts'

const TABLE = 'AWS::DynamoDB::Table'
const AT = '--region eu-central-1 --stack-name'
const WITH_TABLES = { RegistryTableName: TABLES[0], GrantsTableName: TABLES[1], AuditTableName: TABLES[2] }

const stackIn = (status: string, outputs = {}, more: Partial<Stack> = {}): Stack => {
  return { status, outputs, events: [], template: '{"Resources":{}}', ...more }
}

test.for([
  ['CREATE_COMPLETE'],
  ['UPDATE_COMPLETE'],
  ['UPDATE_ROLLBACK_COMPLETE'],
  ['IMPORT_COMPLETE'],
  ['IMPORT_ROLLBACK_COMPLETE'],
])('deploy updates both stacks if they are in the state %s', async ([status = ''], { operator }) => {
  await operator.deploy()
  for (const stack of operator.account.stacks.values()) stack.status = status
  operator.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  const { code, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
  expect(operator.account.stacks.get(STORE)?.status, 'nothing to update, so no operation').toBe(status)
  expect(operator.account.stacks.get(MAIN)?.status).toBe('UPDATE_COMPLETE')
})

test.for([
  ['UPDATE_ROLLBACK_FAILED', [`  aws cloudformation continue-update-rollback ${AT} ${MAIN}`]],
  ['UPDATE_FAILED', [`  aws cloudformation rollback-stack ${AT} ${MAIN}`]],
  ['UPDATE_IN_PROGRESS', []],
  ['DELETE_FAILED', []],
  ['ROLLBACK_FAILED', []],
  ['CREATE_FAILED', []],
  ['ROLLBACK_COMPLETE', []],
  ['IMPORT_ROLLBACK_FAILED', []],
] as const)(
  'deploy refuses a main stack with tables in the state %s without advice to delete it',
  async ([status, lines], { operator }) => {
    operator.account.stacks.set(MAIN, stackIn(status, WITH_TABLES))
    const [line = '', ...rest] = await operator.refusal()
    expect(line).toMatch(new RegExp(`^deploy: the stack ${MAIN} .*\\(${status}\\)`))
    expect(rest).toEqual(lines.map((it) => `deploy: ${it}`))
    expect([line, ...rest].join(' ')).not.toMatch(/delete (it|the stack)|delete-stack/)
    expect(operator.changes()).toEqual([])
  },
)

test('if a stack could not be deleted, deploy names its tables and advises to keep them', async ({
  operator,
}) => {
  operator.account.stacks.set(MAIN, stackIn('DELETE_FAILED', WITH_TABLES))
  const [line] = await operator.refusal()
  expect(line).toContain(
    `its tables ${TABLES.join(' and ')} contain all clients and tokens. Do not change the stack`,
  )
})

test('deploy advises to delete a trust store stack whose creation failed, and to remove its protection first', async ({
  operator,
}) => {
  operator.account.broken.set('TruststorePolicy', 'You are not authorized')
  const [failed] = await operator.refusal()
  expect(failed).toBe(
    `deploy: the stack ${STORE} failed and was rolled back (ROLLBACK_COMPLETE): TruststorePolicy, You are not authorized`,
  )
  Object.assign(operator.account.stacks.get(STORE) ?? {}, { isProtected: true })
  operator.account.broken.clear()
  const [line, ...lines] = await operator.refusal()
  expect(line).toMatch(`the stack ${STORE} remained after a failure (ROLLBACK_COMPLETE)`)
  const bucket = `${STORE}-truststorebucket`
  expect(lines).toEqual([
    `deploy:   aws cloudformation update-termination-protection --no-enable-termination-protection ${AT} ${STORE}`,
    `deploy:   aws cloudformation delete-stack ${AT} ${STORE}`,
    `deploy:   aws cloudformation wait stack-delete-complete ${AT} ${STORE}`,
    `deploy: the rollback left these empty resources: ${bucket}. To delete them:`,
    `deploy:   aws s3 rb --region eu-central-1 s3://${bucket}`,
  ])
})

test('deploy advises to delete a main stack whose creation failed if it has no tables', async ({
  operator,
}) => {
  operator.account.stacks.set(MAIN, stackIn('ROLLBACK_COMPLETE'))
  const [line, ...lines] = await operator.refusal()
  expect(line).toContain(`the stack ${MAIN} remained after a failure (ROLLBACK_COMPLETE)`)
  expect(lines).toEqual([
    `deploy:   aws cloudformation delete-stack ${AT} ${MAIN}`,
    `deploy:   aws cloudformation wait stack-delete-complete ${AT} ${MAIN}`,
  ])
})

test('deploy does not change a stack during another operation', async ({ operator }) => {
  operator.account.stacks.set(MAIN, stackIn('UPDATE_IN_PROGRESS', WITH_TABLES))
  expect(await operator.refusal()).toEqual([
    `deploy: the stack ${MAIN} is being changed by another operation (UPDATE_IN_PROGRESS): wait until it has finished`,
  ])
})

test('deploy makes a stack of which somebody has only planned the creation', async ({ operator }) => {
  for (const name of [STORE, MAIN]) operator.account.stacks.set(name, stackIn('REVIEW_IN_PROGRESS'))
  const { code, stdout, stderr } = await operator.deploy()
  expect(code, stderr).toBe(0)
  expect(stdout).toContain(`3. stack ${MAIN}: create;`)
  expect(operator.account.stacks.get(MAIN)?.status).toBe('CREATE_COMPLETE')
})

test('deploy reports the reason of the last failure, not of an earlier one', async ({ operator }) => {
  await operator.deploy()
  const stack = operator.account.stacks.get(STORE)
  const old: Event = {
    id: 'old',
    resource: 'TruststoreBucket',
    type: 'AWS::S3::Bucket',
    status: 'CREATE_FAILED',
    reason: 'months ago',
  }
  stack?.events.push(old)
  if (stack !== undefined) stack.template = '{"Resources":{}}'
  operator.account.broken.set('TruststorePolicy', 'the newest reason')
  expect((await operator.refusal())[0]).toBe(
    `deploy: the stack ${STORE} failed and was rolled back (UPDATE_ROLLBACK_COMPLETE): TruststorePolicy, the newest reason`,
  )
})

test('a failed first deployment waits for the rollback and lists the empty tables that remain, with the commands that delete them', async ({
  operator,
}) => {
  operator.account.broken.set('MtlsDomain', 'Rate exceeded')
  const lines = await operator.refusal()
  const removal = (name: string) => [
    `deploy:   aws dynamodb update-table --region eu-central-1 --table-name ${name} --no-deletion-protection-enabled`,
    `deploy:   aws dynamodb wait table-exists --region eu-central-1 --table-name ${name}`,
    `deploy:   aws dynamodb delete-table --region eu-central-1 --table-name ${name}`,
  ]
  expect(lines).toEqual([
    `deploy: the stack ${MAIN} failed and was rolled back (ROLLBACK_COMPLETE): MtlsDomain, Rate exceeded`,
    `deploy: the rollback left these empty resources: ${TABLES.join(', ')}. To delete them:`,
    ...TABLES.flatMap(removal),
  ])
  expect(operator.waits).toContain(5000)
})

test('a failed deployment lists no table and changes no domain, and the domain gets the new certificate later', async ({
  operator,
}) => {
  await operator.deploy()
  operator.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  operator.account.broken.set('MtlsDomain', 'Rate exceeded')
  expect(await operator.refusal()).toEqual([
    `deploy: the stack ${MAIN} failed and was rolled back (UPDATE_ROLLBACK_COMPLETE): MtlsDomain, Rate exceeded`,
  ])
  const domain = () => operator.account.domains.get(MTLS)
  expect(domain()?.truststoreVersion).toBe('version-1')

  operator.account.broken.clear()
  domain()?.warnings.push('Certificate 3 is not usable')
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  expect(stdout).toContain('2. trust store: has 3 certificates')
  expect(stdout).toContain('API Gateway warns of the trust store: Certificate 3 is not usable')
  expect(domain()?.truststoreVersion).toBe('version-2')
})

test('a deployment whose rollback fails ends with the command that continues the rollback', async ({
  operator,
}) => {
  await operator.deploy()
  operator.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  operator.account.broken.set('MtlsDomain', 'Rate exceeded').set('UPDATE_ROLLBACK', 'Rate exceeded')
  expect((await operator.refusal()).slice(1)).toEqual([
    expect.stringContaining(`the stack ${MAIN} could not be rolled back (UPDATE_ROLLBACK_FAILED)`),
    `deploy:   aws cloudformation continue-update-rollback ${AT} ${MAIN}`,
  ])
})

test('a failed deployment is reported even if nothing can be read afterwards', async ({ operator }) => {
  operator.account.broken.set('MtlsDomain', 'Rate exceeded')
  operator.aws.refused.set('DescribeStackEvents', new Failure(403, 'AccessDenied', 'no'))
  expect(await operator.refusal()).toEqual([
    `deploy: the stack ${MAIN} failed and was rolled back (ROLLBACK_COMPLETE)`,
    `deploy: reading the events of ${MAIN}: the AWS credentials do not allow this (no)`,
  ])
})

test('tables with data that a deletion has kept are not listed as empty', () => {
  const [StackId, PhysicalResourceId] = ['arn', TABLES[0]]
  const table = { StackId, PhysicalResourceId, LogicalResourceId: 'RegistryTable', ResourceType: TABLE }
  const stack = { StackId, PhysicalResourceId: StackId, LogicalResourceId: MAIN }
  const event = { EventId: '1', StackName: MAIN, Timestamp: new Date(0) }
  const kept = { ...event, ...table, ResourceStatus: 'DELETE_SKIPPED' as const }
  const made = { ...event, ...table, ResourceStatus: 'CREATE_IN_PROGRESS' as const }
  const begun = { ...event, ...stack, ResourceStatus: 'DELETE_IN_PROGRESS' as const }
  expect(leftBehind([kept, begun], 'eu-central-1')).toEqual([])
  expect(leftBehind([kept, made, begun], 'eu-central-1')).not.toEqual([])
})

test('a deployment ends with a complaint if the domain then reads another version of the trust store', async ({
  operator,
}) => {
  await operator.deploy()
  Object.assign(operator.account.domains.get(MTLS) ?? {}, { truststoreVersion: 'version-0' })
  const { code, stderr } = await operator.run(['--yes', '--remove-trust'])
  const line = `${MTLS} does not read the newest version of the trust store: deploy again`
  expect([code, stderr]).toEqual([1, `deploy: ${line}\n`])
})
