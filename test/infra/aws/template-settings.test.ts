import { beforeAll, expect, test } from 'vitest'
import { type DeploymentSettings, serviceNumber } from '../../../infra/aws/settings/settings.ts'
import { templateParts } from '../../../infra/aws/template/template.ts'
import { readEnvironment, requireOAuthSettings } from '../../../shared/runtime/settings.ts'
import {
  exampleSettings,
  lambdasOf,
  nameOf,
  ofType,
  type Packaged,
  packagedTemplate,
} from './packaged-template.ts'

let packaged: Packaged
beforeAll(async () => {
  packaged = await packagedTemplate()
}, 120_000)

/** The parts of the template with the settings of the example, with some values replaced. */
async function partsWith(changes: Partial<DeploymentSettings>) {
  return templateParts(await exampleSettings(changes))
}

test('with tables in the settings the template creates none, and everything refers to their names', async () => {
  const { resources, environment } = await partsWith({ tables: { registry: 'restored', grants: 'kept' } })
  const made = await partsWith({})
  const others = Object.keys(resources.Resources)
  expect(Object.keys(made.resources.Resources)).toEqual(['RegistryTable', 'GrantsTable', ...others])
  expect(JSON.stringify({ resources, environment })).not.toMatch(/RegistryTable\b|GrantsTable\b/)
  expect(environment).toMatchObject({ REGISTRY_TABLE: 'restored', GRANTS_TABLE: 'kept' })
  const roles = JSON.stringify(resources.Resources)
  const arn = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table'
  for (const table of ['restored', 'kept', 'kept/index/listing'])
    expect(roles).toContain(`{"Fn::Sub":"${arn}/${table}"}`)
  expect(resources.Outputs).toMatchObject({ TablesFrom: { Value: 'settings' } })
})

test('the functions start with the settings of the deployment, certificates count only on the mutual-TLS domain and from this API, and without APIs in the settings the authorizer does not start', async () => {
  for (const [, lambda] of lambdasOf(packaged.template)) {
    const variables = Object.entries(lambda.Environment.Variables).map(([name, value]) => {
      const { Ref } = value as { Ref?: string }
      return [name, Ref ?? (value as string)]
    })
    const settings = readEnvironment(Object.fromEntries(variables) as NodeJS.ProcessEnv)
    const name = nameOf(lambda)
    // The authorizer gets the domains and APIs of resource servers, and the example contains none.
    if (name === 'authorizer') {
      expect(() => requireOAuthSettings(settings)).toThrow('MTLS_DOMAINS')
      continue
    }
    expect(settings).toEqual({
      registryTable: 'RegistryTable',
      grantsTable: 'GrantsTable',
      auditTable: 'AuditTable',
      serviceId: serviceNumber(await exampleSettings()),
      mtlsDomains: ['MtlsDomain'],
      apiIds: ['HttpApi'],
      resourceUrls: [],
      oauthOnMtlsOnly: true,
      registryCacheSeconds: 10,
      dynamodbClient: name === 'certificate-lists' ? 'sdk' : 'lean',
      logLevel: 'info',
      auditDays: 400,
    })
    expect(requireOAuthSettings(settings)).toBe(settings.serviceId)
  }
})

test('other settings are in the template: OAuth on both domains, metrics of routes, reserved executions, APIs of resource servers, certificates', async () => {
  const { mtlsDomain, alarms } = await exampleSettings()
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:on-call'
  const ownershipCertificateArn = mtlsDomain.certificateArn?.replace(/.$/, '6')
  const { functions, resources } = await partsWith({
    mtlsOnly: false,
    detailedMetrics: true,
    concurrency: { token: 5, 'standard-introspection': 0 },
    mtlsDomain: { ...mtlsDomain, ownershipCertificateArn },
    alarms: { ...alarms, email: undefined, topicArn, replays: 7 },
    resourceServers: [
      { mtlsDomain: 'accounts.example.com', apiId: 'a1b2c3d4e5', url: 'https://accounts.example.com' },
      { mtlsDomain: 'payments.example.com', apiId: 'f6e5d4c3b2' },
    ],
  })
  expect(functions['authorizer']?.environment).toEqual({
    MTLS_DOMAINS: 'accounts.example.com,payments.example.com',
    API_IDS: 'a1b2c3d4e5,f6e5d4c3b2',
    RESOURCE_URLS: 'a1b2c3d4e5=https://accounts.example.com',
  })
  const limit = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DetailedMetricsEnabled: true }
  const stage = {
    Properties: {
      RouteSettings: { 'ANY /token': limit, 'ANY /revocation': limit },
      DefaultRouteSettings: { DetailedMetricsEnabled: true },
    },
  }
  const reserved = (ReservedConcurrentExecutions: number) => ({
    Properties: { ReservedConcurrentExecutions },
  })
  expect(resources.extensions).toEqual({
    HttpApiStage: expect.objectContaining({}) as object,
    TokenLambdaFunction: reserved(5),
    StandardDashintrospectionLambdaFunction: reserved(0),
  })
  expect(resources.extensions.HttpApiStage).toMatchObject(stage)
  const DomainNameConfigurations = [{ OwnershipVerificationCertificateArn: ownershipCertificateArn }]
  expect(resources.Resources).toMatchObject({
    PlainStage: stage,
    ReplaysAlarm: { Properties: { Threshold: 7, AlarmActions: [topicArn] } },
    MtlsDomain: { Properties: { DomainNameConfigurations } },
  })
  for (const id of ['AlarmTopic', 'AlarmSubscription']) expect(resources.Resources).not.toHaveProperty(id)
  expect(resources.Outputs).toMatchObject({ AlarmTopicArn: { Value: topicArn } })
  expect(packaged.text).not.toContain('OwnershipVerification')
  expect(packaged.text).toContain('ops@example.com')
})

test('with a key of the account, tables, logs and topic are encrypted by it, and the functions may open tables by it only through DynamoDB', async () => {
  const kmsKeyArn = 'arn:aws:kms:eu-central-1:123456789012:key/1'
  const roles = { path: '/certbound/', boundary: 'arn:aws:iam::123456789012:policy/boundary' }
  const { template } = await packagedTemplate({ kmsKeyArn, roles })
  const all = (type: string) =>
    ofType<Record<string, unknown>>(template, type).map(([, properties]) => properties)
  for (const table of all('DynamoDB::Table'))
    expect(table).toMatchObject({
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKeyArn },
    })
  for (const group of all('Logs::LogGroup')) expect(group).toMatchObject({ KmsKeyId: kmsKeyArn })
  expect(all('SNS::Topic')).toMatchObject([{ KmsMasterKeyId: kmsKeyArn }])
  const made = all('IAM::Role')
  expect([all('DynamoDB::Table').length, all('Logs::LogGroup').length, made.length]).toEqual([3, 13, 12])
  for (const role of made) {
    expect(role).toMatchObject({ Path: '/certbound/', PermissionsBoundary: roles.boundary })
    const { Policies } = role as { Policies: { PolicyDocument: { Statement: { Action: string[] }[] } }[] }
    const ofKey = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).filter(({ Action }) =>
      Action.includes('kms:Decrypt'),
    )
    const Condition = { StringLike: { 'kms:ViaService': 'dynamodb.eu-central-1.amazonaws.com*' } }
    expect(ofKey).toEqual([{ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: kmsKeyArn, Condition }])
  }
  expect(packaged.text).not.toContain('kms')
})
