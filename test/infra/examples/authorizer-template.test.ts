import { CelEngine, type Engine, TemplateFile } from '@aws/cloudformation-validate'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeploymentSettings } from '../../../infra/aws/deployment/settings.ts'
import { readEnvironment, requireOAuthSettings } from '../../../shared/settings.ts'
import { authorizerFaults, type TemplateResource, type TemplateResources } from './authorizer-rules.ts'
import { packagedTemplate } from '../aws/packaged-template.ts'
import { type Lambda, properties } from '../aws/rules/template.ts'

const root = join(import.meta.dirname, '../../..')
const EXAMPLES = ['http-api', 'rest-api'] as const

const SERVERLESS = `service: example
frameworkVersion: '4'
provider: { name: aws, region: eu-west-1, runtime: nodejs24.x }
resources: \${file(example.yml)}
`

/** The example as JSON: osls reads the short forms of CloudFormation's functions, offline. */
function exampleResources(name: string): TemplateResources {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-example-'))
  try {
    copyFileSync(join(root, `infra/examples/authorizer/${name}.yml`), join(folder, 'example.yml'))
    writeFileSync(join(folder, 'serverless.yml'), SERVERLESS)
    execFileSync(process.execPath, [join(root, 'node_modules/osls/bin/serverless.js'), 'package'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      stdio: 'pipe',
    })
    const file = join(folder, '.serverless/cloudformation-template-update-stack.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { Resources: TemplateResources }).Resources
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const examples = new Map<string, TemplateResources>()
let engine: Engine
beforeAll(() => {
  for (const name of EXAMPLES) examples.set(name, exampleResources(name))
  engine = new CelEngine()
})
afterAll(() => engine.free())

/** An example with one property of one resource changed; `undefined` leaves it out. */
function changed(name: string, id: string, property: string, value: unknown): TemplateResources {
  const resources = structuredClone(examples.get(name) ?? {}) as Record<string, TemplateResource>
  const { Type = '', Properties = {} } = resources[id] ?? {}
  const { [property]: _before, ...others } = Properties
  resources[id] = { Type, Properties: value === undefined ? others : { ...others, [property]: value } }
  return resources
}

describe.each(EXAMPLES)('infra/examples/authorizer/%s.yml', (name) => {
  test('has no fault', () => {
    const types = Object.values(examples.get(name) ?? {}).map(({ Type }) => Type)
    expect(types.filter((type) => type.endsWith('::Authorizer'))).toHaveLength(1)
    expect(authorizerFaults(examples.get(name) ?? {})).toEqual([])
  })

  test('is a template to the validator of AWS', () => {
    const { diagnostics } = engine.validateDetailed(
      new TemplateFile(join(root, `infra/examples/authorizer/${name}.yml`)),
      {
        severityLevel: 'WARN',
        pseudoParameterOverrides: { region: 'eu-west-1' },
      },
    )
    expect(diagnostics).toEqual([])
  })

  test.each([
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', 300],
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', 1],
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', '0'],
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', null],
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', { Ref: 'Ttl' }],
    ['BoundTokens', 'AuthorizerResultTtlInSeconds', undefined],
    ['BoundTokens', 'IdentitySource', undefined],
    ['BoundTokens', 'IdentitySource', ['$request.querystring.access_token']],
    ['BoundTokens', 'IdentitySource', 'method.request.querystring.access_token'],
    ['Api', 'DisableExecuteApiEndpoint', undefined],
    ['Api', 'DisableExecuteApiEndpoint', false],
    ['GetAccounts', 'AuthorizationType', 'NONE'],
    ['GetAccounts', 'AuthorizationType', 'AWS_IAM'],
    ['GetAccounts', 'AuthorizerId', undefined],
    ['GetAccounts', 'AuthorizerId', { Ref: 'Other' }],
  ])('is refused with %s.%s %j', (id, property, value) => {
    const [fault, ...more] = authorizerFaults(changed(name, id, property, value))
    expect(fault).toMatch(new RegExp(`^${id}: `))
    expect(more).toEqual([])
  })

  test.each([undefined, {}, { TruststoreUri: 's3://b/t.pem' }, { TruststoreVersion: '1' }])(
    'is refused with mutual TLS %j',
    (value) => {
      const faults = authorizerFaults(changed(name, 'Domain', 'MutualTlsAuthentication', value))
      expect(faults).toHaveLength(2 - Object.keys(value ?? {}).length)
    },
  )

  test('is refused with an API that a document describes, also where no authorizer is seen', () => {
    const resources = changed(name, 'Api', 'Body', {})
    const fault = 'Api: Body is not looked into'
    expect(authorizerFaults(resources)).toEqual([fault])
    expect(authorizerFaults({ Api: resources['Api'] as TemplateResource })).toEqual([fault])
  })
})

test.each([
  ['http-api', 'AuthorizerType', 'JWT'],
  ['http-api', 'AuthorizerPayloadFormatVersion', '1.0'],
  ['http-api', 'EnableSimpleResponses', false],
  ['rest-api', 'Type', 'TOKEN'],
  ['rest-api', 'Type', 'COGNITO_USER_POOLS'],
])('an authorizer of %s is refused with %s %s', (name, property, value) => {
  expect(authorizerFaults(changed(name, 'BoundTokens', property, value))).toHaveLength(1)
})

describe('the template of certbound', () => {
  const variablesFor = async (resourceServers: DeploymentSettings['resourceServers']) => {
    const { template } = await packagedTemplate({ resourceServers })
    expect(authorizerFaults(template.Resources)).toEqual([])
    return properties<Lambda>(template, 'AuthorizerLambdaFunction').Environment.Variables
  }

  test('guards nothing by an authorizer, and lets its own take certificates from the APIs of the settings', async () => {
    const variables = await variablesFor([
      { mtlsDomain: 'accounts.example.com', apiId: 'a1b2c3d4e5' },
      { mtlsDomain: 'payments.example.com', apiId: 'f6e5d4c3b2' },
    ])
    expect(variables).toMatchObject({
      MTLS_DOMAINS: 'accounts.example.com,payments.example.com',
      API_IDS: 'a1b2c3d4e5,f6e5d4c3b2',
    })
  })

  test('leaves it without any where there are none, and then it does not start', async () => {
    const names = Object.entries(await variablesFor([])).map(([name, value]) => {
      return [name, typeof value === 'string' ? value : 'given']
    })
    const settings = readEnvironment(Object.fromEntries(names) as NodeJS.ProcessEnv)
    expect(() => requireOAuthSettings(settings)).toThrow('MTLS_DOMAINS')
  })
})
