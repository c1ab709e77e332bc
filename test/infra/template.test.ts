import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { beforeAll, expect, test } from 'vitest'
import { functionNames } from '../../infra/build.ts'
import { startEmbeddedEngine } from '../../infra/local/engine.ts'
import { LOCAL_DYNAMODB } from '../../infra/local/tables.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { readSettings, requireOAuthSettings } from '../../shared/settings.ts'
import type { TokenDigest } from '../../shared/store/grant.ts'
import { openStore } from '../../shared/store/store.ts'
import {
  type Attribute,
  type Lambda,
  packagedTemplate,
  type Resource,
  type Role,
  type Route,
  type Table,
} from './packaged-template.ts'

let resources: Record<string, Resource<never>>
beforeAll(() => {
  resources = packagedTemplate()
})

function resource<Properties>(id: string): Resource<Properties> {
  const found = resources[id]
  if (found === undefined) throw new Error(`no resource ${id}`)
  return found
}

function ofType<Properties>(type: string): [string, Properties][] {
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties])
}

const lambdas = () => ofType<Lambda>('AWS::Lambda::Function')
const statementsOf = (role: string) =>
  resource<Role>(role).Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

test('routes exactly what the functions answer, each to its function', async () => {
  const routed = ofType<Route>('AWS::ApiGatewayV2::Route').map(([, { RouteKey, Target }]) => {
    const integration = resource<{ IntegrationUri: Attribute }>(Target['Fn::Join'][1][1].Ref).Properties
    const [id] = integration.IntegrationUri['Fn::GetAtt']
    return `${RouteKey} ${resource<Lambda>(id).Properties.FunctionName}`
  })

  const answered: string[] = []
  for (const name of functionNames()) {
    const { routes } = (await import(`../../functions/${name}/routes.ts`)) as { routes: object }
    answered.push(...Object.keys(routes).map((template) => `ANY ${template} certbound-dev-${name}`))
  }
  expect(routed.sort()).toEqual(answered.sort())
})

test('the API answers on custom domains only', () => {
  expect(resource('HttpApi').Properties).toHaveProperty('DisableExecuteApiEndpoint', true)
})

test('every function has what its code was built for and a role of its own', () => {
  for (const [, lambda] of lambdas()) {
    expect(lambda).toMatchObject({
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    })
  }
  const roles = lambdas().map(([, { Role }]) => Role['Fn::GetAtt'][0])
  expect(new Set(roles).size).toBe(functionNames().length)
})

test('the environment is what the settings read, the API its own', () => {
  for (const [, { Environment }] of lambdas()) {
    const variables = Object.entries(Environment.Variables).map(
      ([name, value]) => [name, typeof value === 'string' ? value : value.Ref] as const,
    )
    const settings = readSettings(Object.fromEntries(variables))
    expect(settings).toMatchObject({
      registryTable: 'RegistryTable',
      grantsTable: 'GrantsTable',
      mtlsDomains: ['mtls.example.com'],
      apiIds: ['HttpApi'],
    })
    expect(requireOAuthSettings(settings)).toBe(5)
  }
})

test('tables are on demand, encrypted, protected and kept', () => {
  for (const [id] of ofType('AWS::DynamoDB::Table')) {
    expect(resource(id)).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true },
      },
    })
  }
  const recovery = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }
  expect(resource('RegistryTable').Properties).toMatchObject(recovery)
})

test('the store finds its keys in the tables, and DynamoDB the time to live in a grant', async () => {
  const engine = await startEmbeddedEngine({})
  const dynamodb = { ...LOCAL_DYNAMODB, endpoint: engine.endpoint }
  const client = new DynamoDBClient(dynamodb)
  for (const TableName of ['RegistryTable', 'GrantsTable']) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = resource<Table>(TableName).Properties
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions,
        KeySchema,
        ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  }
  const store = openStore({
    registryTable: 'RegistryTable',
    grantsTable: 'GrantsTable',
    registryCacheSeconds: 0,
    now: () => 0 as EpochSeconds,
    random: (bytes) => Buffer.alloc(bytes),
    dynamodb,
  })
  await store.registry.putService({ apiKey: 5, issuer: 'https://auth.example.com', credentials: [] })
  await store.grants.create({
    stage: 'TICKET',
    service: 5,
    client: 6,
    grantId: 'grant',
    scopes: [],
    ticketDigest: 'digest' as TokenDigest,
    responseMode: 'query',
    ticketIssuedAt: 1 as EpochSeconds,
    ticketExpiresAt: 600 as EpochSeconds,
    redirectUri: 'https://client.example.com/',
    redirectUriAsked: false,
  })

  const { AttributeName, Enabled } = resource<Table>('GrantsTable').Properties.TimeToLiveSpecification
  const { Items } = await client.send(new ScanCommand({ TableName: 'GrantsTable' }))
  expect(Enabled).toBe(true)
  expect(Items?.[0]?.[AttributeName]).toEqual({ N: String(600 + 3600) })
  expect(await store.registry.findService(5)).toMatchObject({ apiKey: 5 })
  expect(await store.grants.list(5, 6)).toEqual([])

  store.close()
  client.destroy()
  await engine.close()
})

test('no role may do everything, or anything everywhere', () => {
  for (const [id] of ofType('AWS::IAM::Role')) {
    for (const { Action, Resource } of statementsOf(id)) {
      expect(Action.filter((action) => action.includes('*'))).toEqual([])
      const index = { 'Fn::Sub': '${GrantsTable.Arn}/index/listing' }
      expect('Fn::GetAtt' in Resource || JSON.stringify(Resource) === JSON.stringify(index)).toBe(true)
    }
  }
})

test('private signing keys are denied to every role but those that sign tokens', () => {
  const denied = ofType('AWS::IAM::Role').filter(([id]) =>
    statementsOf(id).some(
      ({ Effect, Action, Resource, Condition }) =>
        Effect === 'Deny' &&
        Action.includes('dynamodb:GetItem') &&
        Resource['Fn::GetAtt'][0] === 'RegistryTable' &&
        JSON.stringify(Condition) === '{"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["keys#*"]}}',
    ),
  )
  const all = ofType('AWS::IAM::Role').map(([id]) => id)
  expect(all.filter((id) => !denied.some(([other]) => other === id)).sort()).toEqual([
    'TokenManagementRole',
    'TokenRole',
  ])
})

test('of the registry, functions that authenticate clients may write used assertions, and nothing else', () => {
  const writes = ofType('AWS::IAM::Role').flatMap(([id]) =>
    statementsOf(id)
      .filter(({ Effect, Resource }) => {
        const [table] = (Resource as Partial<Attribute>)['Fn::GetAtt'] ?? []
        return id !== 'ManagementRole' && Effect === 'Allow' && table === 'RegistryTable'
      })
      .filter(({ Action }) => Action.some((action) => !/:(?:Batch)?Get|:Query/.test(action)))
      .map(({ Action, Condition }) => ({ id, Action, Condition })),
  )
  const putAssertion = {
    Action: ['dynamodb:PutItem'],
    Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['jti#*'] } },
  }
  const roles = ['TokenRole', 'StandardIntrospectionRole', 'RevocationRole']
  expect(writes.sort((a, b) => a.id.localeCompare(b.id))).toEqual(
    roles.sort((a, b) => a.localeCompare(b)).map((id) => ({ id, ...putAssertion })),
  )
})
