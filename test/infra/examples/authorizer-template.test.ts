import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../../infra/root.ts'
import { authorizerFaults, type TemplateResource, type TemplateResources } from './authorizer-rules.ts'

const EXAMPLES = ['http-api', 'rest-api'] as const

type Example = (typeof EXAMPLES)[number]

/** Reads the short forms of CloudFormation's functions. */
const read = createRequire(import.meta.url)('osls/lib/configuration/read.js') as (
  file: string,
) => Promise<{ readonly Resources: TemplateResources }>
const example = (name: Example) => read(join(ROOT, `infra/examples/authorizer/${name}.yml`))
const examples = { 'http-api': await example('http-api'), 'rest-api': await example('rest-api') }

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
