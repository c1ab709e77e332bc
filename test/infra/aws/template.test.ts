import { CelEngine, type Engine, TemplateFile } from '@aws/cloudformation-validate'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEnvironment, requireOAuthSettings } from '../../../shared/runtime/settings.ts'
import { serviceNumber } from '../../../infra/aws/deployment/parameters.ts'
import { authorizerFaults } from '../examples/authorizer-rules.ts'
import { exampleSettings, packagedTemplate, type Packaged } from './packaged-template.ts'
import { COUNTING_RULES } from './rules/counting.ts'
import { BUCKET_RULES, TABLE_RULES, TRUSTSTORE_RULES } from './rules/data.ts'
import { DOMAIN_RULES } from './rules/domains.ts'
import { FUNCTION_RULES } from './rules/functions.ts'
import { ROLE_RULES } from './rules/roles.ts'
import { type Lambda, lambdas, nameOf, properties, type Rule, type Template } from './rules/template.ts'
import { WATCHING_RULES } from './rules/watching.ts'

/** The members that are read here. The package's own types cannot be resolved. */
interface Diagnostic {
  severity: string
  ruleId: string
  message: string
  entity?: { logicalId?: string }
}

const TRUSTSTORE_FILE = join(import.meta.dirname, '../../../infra/aws/template/truststore.json')

let packaged: Packaged
beforeAll(async () => {
  packaged = await packagedTemplate()
}, 120_000)

const main = () => packaged.template
const truststore = () => JSON.parse(readFileSync(TRUSTSTORE_FILE, 'utf8')) as Template

const TEMPLATES: [string, () => Template, Readonly<Record<string, Rule>>][] = [
  ['domains', main, DOMAIN_RULES],
  ['functions', main, FUNCTION_RULES],
  ['roles', main, ROLE_RULES],
  ['tables', main, TABLE_RULES],
  ['buckets', main, BUCKET_RULES],
  ['watching', main, WATCHING_RULES],
  ['counting', main, COUNTING_RULES],
  ['trust store', truststore, TRUSTSTORE_RULES],
]

describe.each(TEMPLATES)('%s', (_, template, rules) => {
  describe.each(Object.entries(rules))('%s', (_, { complaints, broken }) => {
    test('holds', async () => {
      expect(await complaints(template())).toEqual([])
    })

    test.each(Object.entries(broken))('catches %s', async (_, breakIt) => {
      const copy = structuredClone(template())
      breakIt(copy)
      expect(copy).not.toEqual(template())
      expect(await complaints(copy)).not.toEqual([])
    })
  })
})

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

  /** A dependency that osls writes twice; and a condition over a setting, which is constant in a packaged template. */
  const KNOWN = ['W3005', 'W8003']

  function complaints(text: string): string[] {
    const file = join(folder, 'template.json')
    writeFileSync(file, text)
    const { diagnostics } = engine.validateDetailed(new TemplateFile(file), {
      severityLevel: 'WARN',
      exclude: { ids: KNOWN },
      pseudoParameterOverrides: { region: 'eu-central-1' },
    })
    return (diagnostics as Diagnostic[]).map(
      ({ severity, ruleId, entity, message }) =>
        `${severity} ${ruleId} ${entity?.logicalId ?? ''}: ${message}`,
    )
  }

  test('the validator of CloudFormation finds neither errors nor warnings in the templates', () => {
    expect(complaints(packaged.text)).toEqual([])
    expect(complaints(readFileSync(TRUSTSTORE_FILE, 'utf8'))).toEqual([])
  })

  test('the validator of CloudFormation finds a planted error', () => {
    const copy = structuredClone(main())
    properties<Record<string, unknown>>(copy, 'MtlsDomain')['DomainNames'] = ['x']
    expect(complaints(JSON.stringify(copy)).join()).toMatch(/(FATAL|ERROR) \w+ MtlsDomain/)
  })
})

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
  expect(mask(JSON.stringify(again.template))).toBe(mask(withTables(main(), tables)))
  expect(again.text).not.toMatch(/RegistryTable\b|GrantsTable\b/)
}, 60_000)

describe('the settings of a deployment', () => {
  test('the functions start with the settings of the deployment, and without APIs in them the authorizer does not', async () => {
    for (const [id, { Properties }] of lambdas(main())) {
      const variables = Object.entries(Properties.Environment.Variables).map(([name, value]) => {
        const { Ref } = value as { Ref?: string }
        return [name, Ref ?? (value as string)]
      })
      const settings = readEnvironment(Object.fromEntries(variables) as NodeJS.ProcessEnv)
      // It gets the domains and APIs of resource servers, and the example has none.
      if (id === 'AuthorizerLambdaFunction') {
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
        dynamodbClient: /^(Management|TokenDashmanagement)/.test(id) ? 'sdk' : 'lean',
        logLevel: 'info',
      })
      expect(requireOAuthSettings(settings)).toBe(settings.serviceId)
    }
  })

  test('other settings are in the template: OAuth on both domains, metrics of routes, reserved executions, APIs of resource servers', async () => {
    const { template } = await packagedTemplate({
      mtlsOnly: false,
      detailedMetrics: true,
      concurrency: { token: 5, 'standard-introspection': 0 },
      resourceServers: [
        { mtlsDomain: 'accounts.example.com', apiId: 'a1b2c3d4e5', url: 'https://accounts.example.com' },
        { mtlsDomain: 'payments.example.com', apiId: 'f6e5d4c3b2' },
      ],
    })
    expect(properties<Lambda>(template, 'AuthorizerLambdaFunction').Environment.Variables).toMatchObject({
      MTLS_DOMAINS: 'accounts.example.com,payments.example.com',
      API_IDS: 'a1b2c3d4e5,f6e5d4c3b2',
      RESOURCE_URLS: 'a1b2c3d4e5=https://accounts.example.com',
    })
    const limit = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DetailedMetricsEnabled: true }
    for (const id of ['HttpApiStage', 'PlainStage']) {
      const stage = properties<{ RouteSettings: object; DefaultRouteSettings: object }>(template, id)
      expect(stage.RouteSettings).toMatchObject({ 'ANY /token': limit, 'ANY /revocation': limit })
      expect(stage.DefaultRouteSettings).toMatchObject({ DetailedMetricsEnabled: true })
    }
    const reserved = lambdas(template).map(([, { Properties }]) => [
      nameOf(Properties),
      (Properties as { ReservedConcurrentExecutions?: number }).ReservedConcurrentExecutions,
    ])
    expect(Object.fromEntries(reserved.filter(([, number]) => number !== undefined))).toEqual({
      token: 5,
      'standard-introspection': 0,
    })
  }, 60_000)

  test('the template guards nothing by an authorizer of its own', () => {
    expect(authorizerFaults(main().Resources)).toEqual([])
  })

  test('an imported certificate and an e-mail address are conditions of the template', () => {
    const text = JSON.stringify(main().Conditions)
    expect(text).toContain('{"Fn::Equals":["",""]}')
    expect(text).toContain('{"Fn::Equals":["ops@example.com",""]}')
  })
})
