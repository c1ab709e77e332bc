import { expect, test } from 'vitest'
import { CrlSettings } from '../../../infra/aws/settings/crl-settings.ts'
import { alarms } from '../../../infra/aws/template/alarms.ts'
import { listFunction, listRules, listStatements } from '../../../infra/aws/template/lists.ts'
import { tablesOf } from '../../../infra/aws/template/tables.ts'
import { exampleSettings } from './packaged-template.ts'

const source = (name: string, address: string) => ({ name, issuer: ['ca.pem'], address })
const NAME = 'certificate-lists'
const crlOf = (...addresses: string[]): CrlSettings => ({
  sources: addresses.map((address, i) => source(`ca${i}`, address)),
})

/** The rights of the function besides those for the tables: an action, a resource and perhaps a condition. */
const rightsOf = (crl: CrlSettings | undefined, name = NAME) =>
  listStatements(name, { crl }).flatMap(({ Action, Resource, Condition }) =>
    Action.map((action) =>
      [action, resourceOf(Resource), ...(Condition === undefined ? [] : [JSON.stringify(Condition)])].join(
        ' ',
      ),
    ),
  )
const resourceOf = (resource: unknown) =>
  typeof resource === 'string' ? resource : (resource as { 'Fn::Sub': string })['Fn::Sub']

test('lists over HTTP need no right, and those at S3 only the right to read them', () => {
  expect(rightsOf(undefined)).toEqual([])
  expect(rightsOf(crlOf('https://lists.example.com/ca.crl', 'http://lists.example.com/ca.crl'))).toEqual([])
  expect(rightsOf(crlOf('s3://lists/crl/ca.crl'))).toEqual([
    's3:GetObject arn:${AWS::Partition}:s3:::lists/crl/ca.crl',
  ])
  expect(rightsOf(crlOf('s3://lists/crl/ca/'))).toEqual([
    's3:GetObject arn:${AWS::Partition}:s3:::lists/crl/ca/*',
    's3:ListBucket arn:${AWS::Partition}:s3:::lists {"StringLike":{"s3:prefix":"crl/ca/*"}}',
  ])
  expect(rightsOf(crlOf('s3://lists/crl/ca.crl'), 'token')).toEqual([])
})

test('an address at S3 names objects without a wildcard, which would widen the right to read them', () => {
  const isTaken = (address: string) => CrlSettings.safeParse(crlOf(address)).success
  expect(isTaken("s3://lists/a_(1)!'/ca-1.crl")).toBe(true)
  for (const key of ['*', 'crl/*.crl', 'cr?/ca.crl', '${AWS::Region}/ca.crl']) {
    expect([key, isTaken(`s3://lists/${key}`)]).toEqual([key, false])
  }
})

test('with crl.vpc only the function that reads lists is in the network, and may make its interfaces', () => {
  const vpc = { subnetIds: ['subnet-1a'], securityGroupIds: ['sg-1a'] }
  const crl = { ...crlOf('https://lists.internal.example.com/ca.crl'), vpc }
  expect(listFunction({ crl })).toEqual({ memorySize: 512, timeout: 120, vpc })
  expect(listFunction({ crl: crlOf('https://lists.example.com/ca.crl') })).toEqual({
    memorySize: 512,
    timeout: 120,
  })
  expect(rightsOf(crl).filter((right) => !right.startsWith('ec2:'))).toEqual([])
  expect(rightsOf(crl)).toContain('ec2:CreateNetworkInterface *')
  expect(rightsOf(crl, 'token')).toEqual([])
})

test('a rule invokes the function for each source, and a source without a fresh list for an hour is an alarm', async () => {
  const crl = crlOf('https://lists.example.com/0.crl', 'https://lists.example.com/1.crl')
  const rules = Object.entries(listRules({ crl })) as [string, { Type: string; Properties: object }][]
  const ofLists = rules.filter(([id]) => id.includes('List'))
  expect(ofLists.map(([id, { Type }]) => `${id} ${Type}`)).toEqual([
    ...['Ca0ListRule AWS::Events::Rule', 'Ca0ListPermission AWS::Lambda::Permission'],
    ...['Ca1ListRule AWS::Events::Rule', 'Ca1ListPermission AWS::Lambda::Permission'],
  ])
  expect(rules[0]?.[1].Properties).toMatchObject({
    ScheduleExpression: 'rate(10 minutes)',
    Targets: [{ Input: '{"source":"ca0"}' }],
  })
  const made = alarms(await exampleSettings({ crl }), tablesOf({})) as Record<
    string,
    { Properties: object } | undefined
  >
  // A function that does not run sends no metric.
  expect(made['Ca1ListAlarm']?.Properties).toMatchObject({
    ...{ Period: 3600, Threshold: 1, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
  })
})
