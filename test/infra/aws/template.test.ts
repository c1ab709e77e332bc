import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { FUNCTIONS, hasRoutes } from '../../../infra/aws/template/functions.ts'
import TRUSTSTORE_TEMPLATE from '../../../infra/aws/template/truststore.json' with { type: 'json' }
import { QUERIES } from '../../../infra/aws/template/queries.ts'
import { functionNames } from '../../../infra/package/build.ts'
import { ROOT } from '../../../infra/root.ts'
import { authorizerFaults } from '../examples/authorizer-rules.ts'
import {
  type Lambda,
  lambdasOf,
  nameOf,
  ofType,
  type Packaged,
  packagedTemplate,
  type Template,
} from './packaged-template.ts'

interface Route {
  RouteKey: string
  Target: { 'Fn::Join': [string, [string, { Ref: string }]] }
}
interface Alias {
  Name: string
  FunctionName: { Ref: string }
  FunctionVersion: { 'Fn::GetAtt': [string, 'Version'] }
}
let packaged: Packaged
beforeAll(async () => {
  packaged = await packagedTemplate()
}, 120_000)

const main = () => packaged.template
const truststore = () => TRUSTSTORE_TEMPLATE as Template
const propertiesOf = (id: string, template = main()) => template.Resources[id]?.Properties
const ref = (id: string) => ({ Ref: id })
const attribute = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] })

test('the API answers only on custom domains', () => {
  expect(ofType(main(), 'ApiGatewayV2::Api').map(([id]) => id)).toEqual(['HttpApi'])
  expect(propertiesOf('HttpApi')).toMatchObject({ DisableExecuteApiEndpoint: true })
})

test('the mutual-TLS domain requires certificates, the plain domain does not, and both require TLS 1.2 or later', () => {
  const domains = ofType<Record<string, unknown>>(main(), 'ApiGatewayV2::DomainName')
  expect(domains.map(([id, { MutualTlsAuthentication: trust }]) => [id, trust])).toEqual([
    [
      'MtlsDomain',
      {
        TruststoreUri: { 'Fn::Sub': 's3://${Bucket}/truststore.pem' },
        TruststoreVersion: ref('TruststoreVersion'),
      },
    ],
    ['PlainDomain', undefined],
  ])
  const SecurityPolicy = {
    DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2', EndpointType: 'REGIONAL' }],
  }
  for (const [, domain] of domains) expect(domain).toMatchObject(SecurityPolicy)
})

test('only the two domains are mapped to the API, each to its own stage with its own limits', () => {
  const mapping = (domain: string, stage: string) => {
    return { ApiId: ref('HttpApi'), DomainName: ref(domain), Stage: ref(stage) }
  }
  expect(ofType(main(), 'ApiGatewayV2::ApiMapping').map(([, properties]) => properties)).toEqual([
    mapping('MtlsDomain', 'HttpApiStage'),
    mapping('PlainDomain', 'PlainStage'),
  ])
})

test('the routes are exactly those of the functions, and each leads to its function', async () => {
  const routed = ofType<Route>(main(), 'ApiGatewayV2::Route').map(([, { RouteKey, Target }]) => {
    const integration = propertiesOf(Target['Fn::Join'][1][1].Ref)?.['IntegrationUri']
    const alias = propertiesOf((integration as { Ref: string }).Ref) as unknown as Alias
    const lambda = alias.FunctionName.Ref
    return `${RouteKey} ${nameOf(propertiesOf(lambda) as unknown as Lambda)}`
  })
  const answered: string[] = []
  // The APIs of resource servers call the authorizer.
  for (const [name] of FUNCTIONS.filter(([name]) => hasRoutes(name))) {
    const { routes } = (await import(`../../../functions/${name}/routes.ts`)) as { routes: object }
    answered.push(...Object.keys(routes).map((path) => `ANY ${path} ${name}`))
  }
  expect(routed.sort()).toEqual(answered.sort())
  // The quota of an HTTP API (http-api-quotas.html), and a path that it does not take.
  expect(routed.length).toBeLessThanOrEqual(300)
  expect(routed.filter((line) => line.includes('/ '))).toEqual([])
})

test('every function runs on Node 24 and arm64 with its own role', () => {
  const all = lambdasOf(main()).map(([, properties]) => properties)
  expect(all.map(nameOf).sort()).toEqual(functionNames())
  const runtime = { Handler: 'index.handler', Runtime: 'nodejs24.x', Architectures: ['arm64'] }
  for (const each of all) expect(each).toMatchObject(runtime)
  const roles = new Set(all.map(({ Role }) => JSON.stringify(Role)))
  expect([roles.size, ofType(main(), 'IAM::Role').length]).toEqual([all.length, all.length])
})

test('only the API may call the functions', () => {
  const all = ofType<Record<string, unknown>>(main(), 'Lambda::Permission')
  const ofRules = all.filter(([, { Principal }]) => Principal === 'events.amazonaws.com')
  expect(JSON.stringify(ofRules)).toMatch(/^.*"Ref":"CertificateListsAlias".*"CertificateNoticesRule","Arn"/)
  const permissions = all.filter((each) => !ofRules.includes(each))
  expect(permissions).toHaveLength(FUNCTIONS.filter(([name]) => hasRoutes(name)).length)
  for (const [id, { Principal, SourceArn, FunctionName }] of permissions) {
    expect(Principal).toBe('apigateway.amazonaws.com')
    const lambda = id.replace('PermissionHttpApi', 'Function')
    const { FunctionName: invoked } = propertiesOf((FunctionName as { Ref: string }).Ref) as unknown as Alias
    expect(invoked).toEqual(ref(lambda))
    expect(JSON.stringify(SourceArn)).toContain('{"Ref":"HttpApi"}')
  }
})

const aliasesOf = (template: Template) =>
  ofType<Alias>(template, 'Lambda::Alias').map(([, properties]) => properties)

test('every function has the alias live, at a version of exactly its archive that a deployment which is rolled back does not keep', () => {
  const aliases = aliasesOf(main())
  expect(aliases.map(({ FunctionName }) => FunctionName.Ref).sort()).toEqual(
    lambdasOf(main())
      .map(([id]) => id)
      .sort(),
  )
  for (const { Name, FunctionName, FunctionVersion } of aliases) {
    expect(Name).toBe('live')
    const [version] = FunctionVersion['Fn::GetAtt']
    const empty = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    expect(main().Resources[version]).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { FunctionName, CodeSha256: empty },
    })
    const { S3Key } = (propertiesOf(FunctionName.Ref) as unknown as { Code: { S3Key: string } }).Code
    expect(S3Key).toContain(`archives/${Buffer.from(empty, 'base64').toString('hex')}/`)
  }
})

test('the template does not use an authorizer for its own routes', () => {
  expect(authorizerFaults(main().Resources)).toEqual([])
  expect(packaged.text).not.toContain('::Authorizer"')
})

const OUTLIVES_STACK = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
const PRIVATE = {
  BucketEncryption: {},
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
}

test('tables are on demand, encrypted, protected from deletion, delete expired items, and outlive the stack', () => {
  const Properties = {
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    SSESpecification: { SSEEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  }
  expect(ofType(main(), 'DynamoDB::Table').map(([id]) => id)).toEqual([
    'RegistryTable',
    'GrantsTable',
    'AuditTable',
  ])
  for (const id of ['RegistryTable', 'GrantsTable', 'AuditTable'])
    expect(main().Resources[id]).toMatchObject({ ...OUTLIVES_STACK, Properties })
})

test('the registry can be recovered, but the grants cannot, because that would revive revoked tokens', () => {
  const recovery = (id: string) => propertiesOf(id)?.['PointInTimeRecoverySpecification']
  expect(recovery('RegistryTable')).toEqual({ PointInTimeRecoveryEnabled: true })
  expect(recovery('GrantsTable')).toBeUndefined()
})

test('the one bucket is private, encrypted, and reached only over TLS', () => {
  expect(ofType(main(), 'S3::Bucket')).toEqual([])
  const [[id, bucket] = ['', {}], ...others] = ofType(truststore(), 'S3::Bucket')
  expect(others).toEqual([])
  expect(bucket).toMatchObject(PRIVATE)
  const [policy] = ofType<Record<string, unknown>>(truststore(), 'S3::BucketPolicy')
  expect(policy?.[1]['Bucket']).toEqual(ref(id))
  const document = JSON.stringify(policy?.[1]['PolicyDocument'])
  expect(document).toMatch(/"Effect":"Deny","Principal":"\*".*"aws:SecureTransport":"?false/)
})

test('the trust store has versions and outlives its stack', () => {
  const Properties = { VersioningConfiguration: { Status: 'Enabled' } }
  expect(truststore().Resources['TruststoreBucket']).toMatchObject({ ...OUTLIVES_STACK, Properties })
})

test('the description of each alarm names a chapter of docs/operations.md and a saved query, and each query is saved', () => {
  const manual = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  const saved = ofType<{ Name: string }>(main(), 'Logs::QueryDefinition').map(([, { Name }]) => Name)
  const named = ofType<{ AlarmDescription: string }>(main(), 'CloudWatch::Alarm').map(([id, alarm]) => {
    const [, chapter, query] =
      / docs\/operations.md#(\w+)\.(?: Saved query: (.+)\.)?$/.exec(alarm.AlarmDescription) ?? []
    expect([id, manual.includes(`\n### ${id}\n`), chapter]).toEqual([id, true, id.toLowerCase()])
    // No log contains the certificates of ACM.
    if (!id.endsWith('CertificateAlarm')) expect([id, saved]).toEqual([id, expect.arrayContaining([query])])
    return query
  })
  expect(saved.filter((name) => !named.includes(name))).toEqual(['certbound-prod/changes by credential'])
})

test('a saved query names only members of the lines of its logs', () => {
  for (const { members, lines } of Object.values(QUERIES)) {
    const code = lines
      .filter((line) => !line.startsWith('#'))
      .join(' ')
      .replaceAll(/"[^"]*"|\/[^/]*\//g, '')
    // If a line names a member of an object, only the name of the object is compared.
    const words = [...code.matchAll(/@?[a-zA-Z]\w+(\.\w+)*/g)].map(([path]) => path.split('.')[0] ?? '')
    const syntax =
      /^(@(timestamp|log|message)|filter|fields|stats|sort|limit|desc|asc|by|as|and|or|not|like|is\w+|count|max|pct|message|requests|slow|answers|last)$/
    expect(words.filter((word) => !syntax.test(word) && !members.includes(word as never))).toEqual([])
    for (const member of members) expect(words).toContain(member)
  }
})

test('every log has a retention, outlives the stack, has no fixed name, and is the one that its function writes to', () => {
  const groups = ofType<Record<string, unknown>>(main(), 'Logs::LogGroup')
  expect(groups).toHaveLength(FUNCTIONS.length + 1)
  for (const [id, properties] of groups) {
    expect(properties).toEqual({ RetentionInDays: 90 })
    expect(main().Resources[id]).toMatchObject({ ...OUTLIVES_STACK, DeletionPolicy: 'RetainExceptOnCreate' })
  }
  const written = lambdasOf(main()).map(([, lambda]) => {
    const { LoggingConfig } = lambda as unknown as { LoggingConfig: { LogGroup: { Ref: string } } }
    return LoggingConfig.LogGroup.Ref
  })
  expect([...written, 'HttpApiLogGroup'].sort()).toEqual(groups.map(([id]) => id).sort())
  const named = Object.values(main().Outputs).map(({ Value }) => Value)
  expect(named).toEqual(expect.arrayContaining(groups.map(([id]) => ref(id))))
})

test('the outputs name the targets of DNS, the tables, the topic and all functions', () => {
  const values = Object.values(main().Outputs).map(({ Value }) => Value)
  const targets = ['MtlsDomain', 'PlainDomain'].flatMap((id) => [
    ref(id),
    attribute(id, 'RegionalDomainName'),
    attribute(id, 'RegionalHostedZoneId'),
  ])
  const names = ['HttpApi', 'RegistryTable', 'GrantsTable', 'AlarmTopic'].map(ref)
  const aliases = ofType(main(), 'Lambda::Alias').map(([id]) => ref(id))
  expect(aliases).toHaveLength(FUNCTIONS.length)
  const arns = [...aliases, ...aliasesOf(main()).map(({ FunctionVersion }) => FunctionVersion)]
  expect(values).toEqual(expect.arrayContaining([...targets, ...names, ...arns]))
})
