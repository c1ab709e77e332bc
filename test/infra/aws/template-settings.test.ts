import { CelEngine, type Engine, TemplateFile } from '@aws/cloudformation-validate'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceNumber } from '../../../infra/aws/settings/settings.ts'
import TRUSTSTORE_TEMPLATE from '../../../infra/aws/template/truststore.json' with { type: 'json' }
import { readEnvironment, requireOAuthSettings } from '../../../shared/runtime/settings.ts'
import {
  exampleSettings,
  lambdasOf,
  nameOf,
  type Packaged,
  packagedTemplate,
  type Template,
} from './packaged-template.ts'

/** The members that are read here. The package's own types cannot be resolved. */
interface Diagnostic {
  severity: string
  ruleId: string
  message: string
  entity?: { logicalId?: string }
}
let packaged: Packaged
beforeAll(async () => {
  packaged = await packagedTemplate()
}, 120_000)

/** The template with the names and ARNs of tables that it does not make. */
function withTables(
  template: Template,
  tables: { readonly registry: string; readonly grants: string },
): string {
  const copy = structuredClone(template)
  for (const id of ['RegistryTable', 'GrantsTable']) Reflect.deleteProperty(copy.Resources, id)
  if (copy.Outputs['TablesFrom'] !== undefined) copy.Outputs['TablesFrom'].Value = 'settings'
  const arn = (path: string) =>
    `{"Fn::Sub":"arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${path}"}`
  return JSON.stringify(copy)
    .replaceAll('{"Ref":"RegistryTable"}', JSON.stringify(tables.registry))
    .replaceAll('{"Ref":"GrantsTable"}', JSON.stringify(tables.grants))
    .replaceAll('{"Fn::GetAtt":["RegistryTable","Arn"]}', arn(tables.registry))
    .replaceAll('{"Fn::GetAtt":["GrantsTable","Arn"]}', arn(tables.grants))
    .replaceAll('{"Fn::Sub":"${GrantsTable.Arn}/index/listing"}', arn(`${tables.grants}/index/listing`))
}

test('with named tables the template makes none, and is the same apart from them and the time in the keys of the archives', async () => {
  const tables = { registry: 'registry.restored', grants: 'grants.kept' }
  const mask = (text: string) => text.replace(/\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
  const again = await packagedTemplate({ tables })
  expect(mask(JSON.stringify(again.template))).toBe(mask(withTables(packaged.template, tables)))
  expect(again.text).not.toMatch(/RegistryTable\b|GrantsTable\b/)
}, 60_000)

test('the functions start with the settings of the deployment, certificates count only on the mutual-TLS domain and from this API, and without APIs in the settings the authorizer does not start', async () => {
  for (const [, lambda] of lambdasOf(packaged.template)) {
    const variables = Object.entries(lambda.Environment.Variables).map(([name, value]) => {
      const { Ref } = value as { Ref?: string }
      return [name, Ref ?? (value as string)]
    })
    const settings = readEnvironment(Object.fromEntries(variables) as NodeJS.ProcessEnv)
    const name = nameOf(lambda)
    // It gets the domains and APIs of resource servers, and the example has none.
    if (name === 'authorizer') {
      expect(() => requireOAuthSettings(settings)).toThrow('MTLS_DOMAINS')
      continue
    }
    expect(settings).toEqual({
      registryTable: 'RegistryTable',
      grantsTable: 'GrantsTable',
      serviceId: serviceNumber(await exampleSettings()),
      mtlsDomains: ['MtlsDomain'],
      apiIds: ['HttpApi'],
      resourceUrls: [],
      oauthOnMtlsOnly: true,
      registryCacheSeconds: 10,
      dynamodbClient: ['management', 'token-management'].includes(name) ? 'sdk' : 'lean',
      logLevel: 'info',
    })
    expect(requireOAuthSettings(settings)).toBe(settings.serviceId)
  }
})

test('other settings are in the template: OAuth on both domains, metrics of routes, reserved executions, APIs of resource servers, certificates', async () => {
  const { mtlsDomain } = await exampleSettings()
  const ownershipCertificateArn = mtlsDomain.certificateArn.replace(/.$/, '6')
  const { template } = await packagedTemplate({
    mtlsOnly: false,
    detailedMetrics: true,
    concurrency: { token: 5, 'standard-introspection': 0 },
    mtlsDomain: { ...mtlsDomain, ownershipCertificateArn },
    alarms: { refusals: 7 },
    resourceServers: [
      { mtlsDomain: 'accounts.example.com', apiId: 'a1b2c3d4e5', url: 'https://accounts.example.com' },
      { mtlsDomain: 'payments.example.com', apiId: 'f6e5d4c3b2' },
    ],
  })
  const lambdas = lambdasOf(template).map(([, lambda]) => lambda)
  expect(lambdas.find((lambda) => nameOf(lambda) === 'authorizer')?.Environment.Variables).toMatchObject({
    MTLS_DOMAINS: 'accounts.example.com,payments.example.com',
    API_IDS: 'a1b2c3d4e5,f6e5d4c3b2',
    RESOURCE_URLS: 'a1b2c3d4e5=https://accounts.example.com',
  })
  const limit = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DetailedMetricsEnabled: true }
  for (const id of ['HttpApiStage', 'PlainStage'])
    expect(template.Resources[id]?.Properties).toMatchObject({
      RouteSettings: { 'ANY /token': limit, 'ANY /revocation': limit },
      DefaultRouteSettings: { DetailedMetricsEnabled: true },
    })
  const reserved = lambdas.flatMap((lambda) => {
    const { ReservedConcurrentExecutions: number } = lambda
    return number === undefined ? [] : [[nameOf(lambda), number]]
  })
  expect(Object.fromEntries(reserved)).toEqual({ token: 5, 'standard-introspection': 0 })
  expect(template.Resources['RefusalsAlarm']?.Properties).toMatchObject({ Threshold: 7 })
  expect(template.Resources['AlarmSubscription']).toBeUndefined()
  expect(packaged.template.Resources['AlarmSubscription']?.Properties).toMatchObject({
    Endpoint: 'ops@example.com',
  })
  expect(packaged.text).not.toContain('OwnershipVerification')
  expect(template.Resources['MtlsDomain']?.Properties).toMatchObject({
    DomainNameConfigurations: [{ OwnershipVerificationCertificateArn: ownershipCertificateArn }],
  })
}, 60_000)

describe('the validator of CloudFormation', () => {
  let folder: string
  let engine: Engine
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certbound-validate-'))
    engine = new CelEngine()
  }, 60_000)
  afterAll(() => {
    engine.free()
    rmSync(folder, { recursive: true })
  })

  function complaints(text: string): string[] {
    const file = join(folder, 'template.json')
    writeFileSync(file, text)
    const { diagnostics } = engine.validateDetailed(new TemplateFile(file), {
      severityLevel: 'WARN',
      // A dependency that osls writes twice.
      exclude: { ids: ['W3005'] },
      pseudoParameterOverrides: { region: 'eu-central-1' },
    })
    return (diagnostics as Diagnostic[]).map(
      ({ severity, ruleId, entity, message }) =>
        `${severity} ${ruleId} ${entity?.logicalId ?? ''}: ${message}`,
    )
  }

  test('the validator of CloudFormation finds neither errors nor warnings in the templates', () => {
    expect(complaints(packaged.text)).toEqual([])
    expect(complaints(JSON.stringify(TRUSTSTORE_TEMPLATE))).toEqual([])
  })

  test('the validator of CloudFormation finds a planted error', () => {
    const copy = structuredClone(packaged.template)
    Object.assign(copy.Resources['MtlsDomain']?.Properties ?? {}, { DomainNames: ['x'] })
    expect(complaints(JSON.stringify(copy)).join()).toMatch(/(FATAL|ERROR) \w+ MtlsDomain/)
  })
})
