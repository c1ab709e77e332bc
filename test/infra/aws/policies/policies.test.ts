import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect } from 'vitest'
import { POLICIES } from '../../../../infra/aws/policies/policies.ts'
import { RESOURCE_TYPES } from '../../../../infra/aws/policies/resource-types.ts'
import TRUSTSTORE_TEMPLATE from '../../../../infra/aws/template/truststore.json' with { type: 'json' }
import { ROOT } from '../../../../infra/root.ts'
import { deniedBy } from '../../../support/iam.ts'
import { test } from '../deployment/own-account.ts'
import { exampleSettings, packagedTemplate, type Template } from '../packaged-template.ts'

test('deploy, its plan, rollback, provision, restore, audit-log and doctor need only the rights in their policies', async ({
  operator,
}) => {
  const { aws } = operator
  aws.rights.policies = [POLICIES.deploy]
  expect(await operator.deploy()).toMatchObject({ code: 0, stderr: '' })
  operator.trust('ca-root')
  aws.rights.policies = [POLICIES.plan]
  expect(await operator.run(['--plan'])).toMatchObject({ code: 0, stderr: '' })
  aws.rights.policies = [POLICIES.deploy]
  expect(await operator.run(['--yes', '--remove-trust'])).toMatchObject({ code: 0, stderr: '' })

  aws.rights.policies = [POLICIES.operate]
  operator.trust('ca-root', 'ca-issuing')
  aws.account.gateway.changedAt = -Infinity
  expect(await operator.anyCommand(['provision', '--yes'])).toMatchObject({ code: 0, stderr: '' })
  expect(aws.calls).toContain('UpdateDomainName mtls.auth.certbound.test')

  for (const argv of [['provision', '--yes', '--new-owner'], ['restore', '--yes'], ['audit-log']])
    expect(await operator.anyCommand(argv)).toMatchObject({ code: 0, stderr: '' })

  operator.configure('// "logLevel": "info"', '"logLevel": "debug"')
  aws.rights.policies = [POLICIES.deploy]
  operator.trust('ca-root', 'ca-issuing')
  expect(await operator.deploy()).toMatchObject({ code: 0, stderr: '' })
  expect(await operator.anyCommand(['rollback', '--yes'])).toMatchObject({ code: 0, stderr: '' })

  aws.rights.policies = [POLICIES.read]
  await operator.anyCommand(['doctor'])
  expect(aws.denied).toEqual([])
})

test('CloudFormation acts as the role of the settings, which the policy deploy may pass, and gives their tags to what it makes', async ({
  operator,
}) => {
  const { aws } = operator
  const role = 'arn:aws:iam::210987654321:role/certbound-cloudformation'
  const [from, to] = ['// "tags": {}', `"cloudFormationRoleArn": "${role}", "tags": { "cost": "identity" }`]
  operator.configure(from, to)
  aws.rights.policies = [POLICIES.deploy]
  expect(await operator.deploy()).toMatchObject({ code: 0, stderr: '' })
  expect([...aws.account.stacks.values()]).toMatchObject([
    { role, tags: { cost: 'identity' } },
    { role, tags: { cost: 'identity' } },
  ])
  operator.configure(from, to.replace('certbound-cloudformation', 'admin'))
  expect(await operator.deploy()).toMatchObject({ code: 1 })
  expect(aws.denied.join()).toContain('iam:PassRole on arn:aws:iam::210987654321:role/admin')
})

test.for<[policy: keyof typeof POLICIES, action: string, command: string]>([
  ['deploy', 's3:PutObject', 'deploy'],
  ['deploy', 'dynamodb:Query', 'deploy'],
  ['operate', 'apigateway:AddCertificateToDomain', 'provision'],
])('the account refuses the policy %s without %s to %s', async ([name, action, command], { operator }) => {
  const { aws } = operator
  await operator.deploy()
  operator.trust('ca-root')
  aws.account.gateway.changedAt = -Infinity
  const Statement = POLICIES[name].Statement.map((each) => ({
    ...each,
    Action: each.Action.filter((one) => one !== action),
  }))
  aws.rights.policies = [{ Version: '2012-10-17', Statement }]
  const refused = await operator.anyCommand([command, '--yes', '--remove-trust'])
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the AWS credentials do not allow this') as string,
  })
  expect(aws.denied.join()).toContain(action)
})

let templates: readonly Template[]
beforeAll(async () => {
  const settings = await exampleSettings()
  const alarms = { ...settings.alarms, requestsAnHour: 1 }
  const { template } = await packagedTemplate({
    alarms,
    resourceServers: [{ mtlsDomain: 'a.example.com', apiId: 'a1b2c3d4e5' }],
    crl: { sources: [{ name: 'clients', issuer: ['ca.pem'], address: 'http://lists.example.com/ca.crl' }] },
  })
  templates = [template, TRUSTSTORE_TEMPLATE]
}, 120_000)

test('CloudFormation may create, change and delete each type of the templates, and no other types are listed', () => {
  const types = new Set(
    templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
  )
  // Releases of functions add these types.
  for (const type of ['Lambda::Alias', 'Lambda::Version']) types.add(`AWS::${type}`)
  // Hosted zones add these.
  for (const type of ['CertificateManager::Certificate', 'Route53::RecordSet']) types.add(`AWS::${type}`)
  expect(Object.keys(RESOURCE_TYPES).sort()).toEqual([...types].sort())
  for (const [type, { page, actions, resources }] of Object.entries(RESOURCE_TYPES)) {
    expect(page).toMatch(/^list_[a-z0-9]+\.html$/)
    for (const action of actions) {
      const resource = resources[0]?.replaceAll('*', 'x') ?? ''
      expect([type, deniedBy([POLICIES.cloudformation], { actions: [action], resource })]).toEqual([type, []])
    }
  }
})

test('CloudFormation may pass the roles of the template only to Lambda, and change domains and log deliveries', () => {
  const { Statement } = POLICIES.cloudformation
  const passing = Statement.filter(({ Action }) => Action.includes('iam:PassRole'))
  expect(passing).toMatchObject([
    { Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } },
  ])
  const all = Statement.flatMap(({ Action }) => Action)
  expect(all).toEqual(
    expect.arrayContaining([
      'apigateway:AddCertificateToDomain',
      'logs:CreateLogDelivery',
      'logs:PutResourcePolicy',
    ]),
  )
})

test.each(Object.entries(POLICIES))(
  'the policy %s fits into a managed policy, and names each resource where AWS allows it',
  (name, policy) => {
    // Spaces do not count (reference_iam-quotas.html).
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6144)
    const anywhere = policy.Statement.filter(({ Resource }) => Resource.includes('*')).flatMap(
      ({ Action }) => Action,
    )
    const allowed =
      /^(cloudformation:(DescribeStacks|ValidateTemplate)|lambda:GetAccountSettings|ec2:Describe(SecurityGroups|Subnets|Vpcs)|logs:\w*(LogDelivery|LogDeliveries|ResourcePolic(y|ies)|QueryDefinitions?|LogGroups?|LogStreams))$/
    expect(anywhere.filter((action) => !allowed.test(action))).toEqual([])
    expect(policy.Statement.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual(
      [],
    )
    expect(JSON.parse(readFileSync(join(ROOT, `infra/aws/policies/${name}.json`), 'utf8'))).toEqual(policy)
  },
)

test('the policy operate lets nobody delete records of changes or make their table forget them', () => {
  const asked = (action: string, table: string) => {
    const resource = `arn:aws:dynamodb:eu-central-1:1:table/certbound-prod-${table}`
    return deniedBy([POLICIES.operate], { actions: [`dynamodb:${action}`], resource })
  }
  const deletions = ['DeleteItem', 'BatchWriteItem', 'DeleteTable']
  const changes = ['UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups']
  for (const action of [...deletions, ...changes])
    expect(asked(action, 'AuditTable-1ABC')).toEqual([`dynamodb:${action}`])
  for (const action of changes) expect(asked(action, 'registry-2')).toEqual([])
  // Only a restore fills a table with these, and it fills a new one.
  expect(asked('DeleteItem', 'registry-2')).toEqual([])
  expect(asked('DeleteItem', 'RegistryTable-1ABC')).toEqual(['dynamodb:DeleteItem'])
})

test.each(['read', 'plan'] as const)(
  'the policy %s allows to read everything except the signing keys',
  (name) => {
    const asked = {
      actions: ['dynamodb:Query'],
      resource: 'arn:aws:dynamodb:eu-central-1:1:table/certbound-prod-registry',
    }
    expect(deniedBy([POLICIES[name]], { ...asked, keys: ['service#1'] })).toEqual([])
    expect(deniedBy([POLICIES[name]], { ...asked, keys: ['keys#1'] })).toEqual(['dynamodb:Query'])
  },
)
