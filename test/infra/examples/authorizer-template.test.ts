import { CelEngine, type Engine, TemplateFile } from '@aws/cloudformation-validate'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizerFaults, type TemplateResource, type TemplateResources } from './authorizer-rules.ts'

const root = join(import.meta.dirname, '../../..')
const EXAMPLES = ['http-api', 'rest-api'] as const

type Example = (typeof EXAMPLES)[number]

const SERVERLESS = `service: example
frameworkVersion: '4'
provider: { name: aws, region: eu-west-1, runtime: nodejs24.x }
custom: { http-api: '\${file(http-api.yml)}', rest-api: '\${file(rest-api.yml)}' }
`

/** The examples as JSON: osls reads the short forms of CloudFormation's functions, offline. */
function readExamples(): Record<Example, { readonly Resources: TemplateResources }> {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-examples-'))
  try {
    for (const name of EXAMPLES) {
      copyFileSync(join(root, `infra/examples/authorizer/${name}.yml`), join(folder, `${name}.yml`))
    }
    writeFileSync(join(folder, 'serverless.yml'), SERVERLESS)
    const osls = [join(root, 'node_modules/osls/bin/serverless.js'), 'print', '--path', 'custom']
    const json = execFileSync(process.execPath, [...osls, '--format', 'json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: join(root, '.cache/compiled') },
      stdio: 'pipe',
    })
    return JSON.parse(json.toString()) as ReturnType<typeof readExamples>
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let examples: ReturnType<typeof readExamples>
let engine: Engine
beforeAll(() => {
  examples = readExamples()
  engine = new CelEngine()
})
afterAll(() => engine.free())

/** An example with one property of one resource changed; `undefined` leaves it out. */
function changed(name: Example, id: string, property: string, value: unknown): TemplateResources {
  const resources = structuredClone(examples[name].Resources) as Record<string, TemplateResource>
  const { Type = '', Properties = {} } = resources[id] ?? {}
  const { [property]: _before, ...others } = Properties
  resources[id] = { Type, Properties: value === undefined ? others : { ...others, [property]: value } }
  return resources
}

describe.each(EXAMPLES)('infra/examples/authorizer/%s.yml', (name) => {
  test(`${name}.yml has one authorizer and no fault`, () => {
    const types = Object.values(examples[name].Resources).map(({ Type }) => Type)
    expect(types.filter((type) => type.endsWith('::Authorizer'))).toHaveLength(1)
    expect(authorizerFaults(examples[name].Resources)).toEqual([])
  })

  test(`the validator of AWS accepts ${name}.yml`, () => {
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
  ])(`${name}.yml is refused when its %s.%s is %j`, (id, property, value) => {
    const [fault, ...more] = authorizerFaults(changed(name, id, property, value))
    expect(fault).toMatch(new RegExp(`^${id}: `))
    expect(more).toEqual([])
  })

  test.each([undefined, {}, { TruststoreUri: 's3://b/t.pem' }, { TruststoreVersion: '1' }])(
    `${name}.yml is refused when its mutual TLS is %j`,
    (value) => {
      const faults = authorizerFaults(changed(name, 'Domain', 'MutualTlsAuthentication', value))
      expect(faults).toHaveLength(2 - Object.keys(value ?? {}).length)
    },
  )

  test(`${name}.yml is refused when a document describes its API, even if no authorizer is seen`, () => {
    const resources = changed(name, 'Api', 'Body', {})
    const fault = 'Api: Body is not checked'
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
] as const)('an authorizer of %s is refused when its %s is %s', (name, property, value) => {
  expect(authorizerFaults(changed(name, 'BoundTokens', property, value))).toHaveLength(1)
})
