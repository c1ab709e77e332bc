import { beforeAll, expect, test } from 'vitest'
import type { FunctionName } from '../../../infra/aws/template/functions.ts'
import { addReleases, type Template } from '../../../infra/aws/template/releases.ts'
import { packagedTemplate } from './packaged-template.ts'

let made: Template
beforeAll(async () => {
  ;({ template: made } = await packagedTemplate())
}, 120_000)

/** The release of a template that osls makes again, with a change of one resource. */
function releaseWith(id = 'HttpApi', properties: object = {}, digest = '00'): string {
  const template = structuredClone(made) as { Resources: Record<string, { Properties: object }> }
  Object.assign(template.Resources[id]?.Properties ?? {}, properties)
  const digests = new Map([['token', digest]] as [FunctionName, string][])
  const { Outputs } = addReleases(template as unknown as Template, digests, 'certbound')
  return JSON.stringify(Outputs?.['TokenVersion'])
}

test.each([
  ['a function', 'TokenLambdaFunction', { Timeout: 5 }],
  ['a domain whose name is in the environment', 'MtlsDomain', { DomainName: 'other.example.com' }],
  ['a resource to which one of these refers', 'GrantsTable', { TableName: 'other' }],
])('another value of %s is another release, so that all functions get a version with it', (_, id, change) => {
  expect(releaseWith(id, change)).not.toBe(releaseWith())
})

test('the same code that is packaged at another time is the same release, so that it can be deployed again without a change', () => {
  const Code = { S3Bucket: 'osls', S3Key: 'serverless/certbound/prod/1796220347371/token.zip' }
  expect(releaseWith('TokenLambdaFunction', { Code })).toBe(releaseWith())
})

test('the description of each function, which names its rights, is within the limit of Lambda', () => {
  const { Resources } = addReleases(made, new Map(), 'certbound 10.10.10')
  const described = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [String(Properties?.['Description'])] : [],
  )
  expect(
    described.every((text) => text.replace(/ (signing|nonce)Keys/g, '').includes(', rights readRegistry')),
  ).toBe(true)
  expect(Math.max(...described.map(({ length }) => length))).toBeLessThanOrEqual(256)
})

test('another archive makes another release, and another alarm or limit of a route does not', () => {
  expect(releaseWith('HttpApi', {}, '01')).not.toBe(releaseWith())
  expect(releaseWith('ReplaysAlarm', { Threshold: 7 })).toBe(releaseWith())
  expect(releaseWith('PlainStage', { StageVariables: { a: 'b' } })).toBe(releaseWith())
})
