import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod/mini'
import { readDeployment } from '../../../../infra/aws/settings/read-deployment.ts'
import { serviceNumber } from '../../../../infra/aws/settings/settings.ts'
import { parseNumber } from '../../../../shared/store/identity.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { exampleSettings } from '../packaged-template.ts'
import { complaints, example, read, type Replacement } from './changed-example.ts'

const uncommented = (name: string): Replacement => [`// "${name}"`, `"${name}"`]

test('the example is complete, and its commented settings have the default values', async () => {
  const shown = await read(
    example(
      ['// "mtlsOnly"', '"mtlsOnly"'],
      ['// "clientCertificates"', '"clientCertificates"'],
      ...['serverErrors', 'refusals', 'throttled', 'lockedOut', 'stolenTokens', 'replays'].map(uncommented),
      ...['latencyMilliseconds', 'tableThrottles', 'executions', 'authorizerErrors'].map(uncommented),
      uncommented('certificateDays'),
      ['// "throttle"', '"throttle"'],
      ['//   "documents"', '"documents"'],
      ['// "concurrency"', '"concurrency"'],
      uncommented('tags'),
      ['// "detailedMetrics"', '"detailedMetrics"'],
      ['// "registryCacheSeconds"', '"registryCacheSeconds"'],
      ['// "logRetentionDays"', '"logRetentionDays"'],
      ['// "logLevel"', '"logLevel"'],
    ),
  )
  expect(shown).toEqual(await exampleSettings())
})

test.each<[Replacement, string]>([
  [['"region": "eu-central-1"', '"region": "Frankfurt"'], 'region must be an AWS Region, such as'],
  [['"stage": "prod"', '"stage": "Prod!"'], 'stage must be up to 20 lower-case letters'],
  [['"name": "mtls.auth', '"name": "MTLS.auth'], 'mtlsDomain.name must be a domain name in lower case'],
  [['"name": "auth.', '"name": "*.'], 'plainDomain.name must be a domain name'],
  [['arn:aws:acm', 'arn:aws:iam'], 'mtlsDomain.certificateArn must be the ARN'],
  [['acm:eu-central-1', 'acm:us-east-1'], 'mtlsDomain.certificateArn must be in the Region eu-central-1'],
  [['"mtls.auth.example.com"', '"auth.example.com"'], 'mtlsDomain.name and plainDomain.name must differ'],
  [['["clients-ca.pem"]', '[]'], 'trustStore must name at least one PEM file'],
  [['"issuer": "https', '"issuer": "http'], 'service.issuer must be an https URL'],
  [['https://auth.example.com"', 'https://auth.example.com/"'], 'service.issuer must be an https URL'],
  [['"clientIdAlias": "payments",', ''], 'clients.0.clientIdAlias is missing'],
  [['ops@example.com', 'ops'], 'alarms.email must be an e-mail address'],
  [
    ['"email": "ops@example.com"', '"topicArn": "arn:aws:sqs:x"'],
    'alarms.topicArn must be the ARN of an SNS topic',
  ],
  [['// "topicArn"', '"topicArn"'], 'alarms must not contain both email and topicArn'],
  [['// "replays": 1', '"replays": 0'], 'alarms.replays must be a number of replays'],
  [
    ['// "refusals": { "percent": 10', '"refusals": { "percent": 101'],
    'alarms.refusals.percent must be a percentage',
  ],
  [
    ['// "concurrency": {}', '"throttle": { "webApi": { "rate": 0.5, "burst": 1 } }'],
    'throttle.webApi.rate must be a number of requests',
  ],
  [['// "tags": {}', '"tags": { "aws:x": "y" }'], 'tags.aws:x'],
  [
    ['// "cloudFormationRoleArn": "arn:aws:iam', '"cloudFormationRoleArn": "arn:aws:sts'],
    'cloudFormationRoleArn must be the ARN of a role',
  ],
  [['// "kmsKeyArn": "arn:aws:kms', '"kmsKeyArn": "arn:aws:iam'], 'kmsKeyArn must be the ARN of a key'],
  [['// "roles": { "path": "/certbound/"', '"roles": { "path": "certbound"'], 'roles.path must be a path'],
  [['// "logRetentionDays": 90', '"logRetentionDays": 91'], 'logRetentionDays must be one of 1, 3, 5'],
  [['// "registryCacheSeconds": 10', '"registryCacheSeconds": 4000'], 'registryCacheSeconds must be a whole'],
  [['// "logLevel": "info"', '"logLevel": "silent"'], 'logLevel must be one of debug, info, warn, error$'],
  [
    ['// "concurrency": {}', '"concurrency": { "tokens": 1 }'],
    'concurrency.tokens is not a function; the functions are',
  ],
  [['// "concurrency": {}', '"concurrency": { "token": -1 }'], 'concurrency.token must be a number of'],
  [['// "mtlsOnly": true', '"mtlsOnly": "yes"'], 'mtlsOnly must be of type boolean'],
  [['"stage"', '"stages": 1, "stage"'], 'stages is not a setting'],
  [
    ['"stage"', '"tables": { "registry": "r1", "grants": "two" }, "stage"'],
    'tables.registry must be the name of a DynamoDB',
  ],
  [
    ['"stage"', '"tables": { "registry": "one", "grants": "one" }, "stage"'],
    'tables.registry and tables.grants',
  ],
  [
    ['"clients": [', '"clients": [{ "clientIdAlias": "payments" },'],
    'clients: two clients have the same clientIdAlias',
  ],
])('in certbound.jsonc %j is refused: %s', async (replaced, line) => {
  expect(await complaints(example(replaced))).toEqual([expect.stringMatching(`^FILE, line \\d+: ${line}`)])
})

test('all errors in certbound.jsonc are reported together', async () => {
  const replaced: Replacement[] = [
    ['"region": "eu-central-1",', ''],
    ['"stage": "prod"', '"stage": ""'],
    ['"trustStore"', '"truststore"'],
  ]
  const text = example(...replaced)
  const line = (part: string) => `FILE, line ${text.slice(0, text.indexOf(part)).split('\n').length}:`
  expect(await complaints(text)).toEqual([
    `${line('{')} region is missing`,
    `${line('{')} trustStore is missing`,
    expect.stringContaining(`${line('"stage"')} stage must be`),
    `${line('"truststore"')} truststore is not a setting`,
  ])
})

test.each<[string, string, string]>([
  [
    'a value without quotes',
    example(['"stage": "prod",', '"stage": prod,']),
    'FILE, line 8: not JSON (invalid symbol)',
  ],
  ['a missing comma', '{\n"region": "eu"\n"stage": 1}', 'FILE, line 3: not JSON (comma expected)'],
  ['an empty file', '', 'FILE, line 1: not JSON (value expected)'],
  ['text after the end', '{}\n{}', 'FILE, line 2: not JSON (end of file expected)'],
  [
    'a member that is a duplicate',
    '{ "stage": 1,\n"service": {},\n"stage": 2 }',
    'FILE, line 3: stage is a duplicate',
  ],
  ['another type', '[]', 'FILE, line 1: the file must be of type object'],
])('%s in certbound.jsonc is refused with its line', async (_, text, line) => {
  expect(await complaints(text)).toEqual([line])
})

test('the text of a refusal does not depend on zod’s locale', async () => {
  const { localeError } = z.config()
  onTestFinished(() => void z.config({ localeError }))
  z.config({ localeError: () => 'zod has another message' })
  expect(await complaints('[]')).toEqual(['FILE, line 1: the file must be of type object'])
})

test('certbound.jsonc may have comments, trailing commas, a byte order mark, and one name in two objects', async () => {
  const text = `\uFEFF/* first */ ${example()} // last`
  expect(await read(text)).toEqual(await exampleSettings())
})

test.each([2192, 2557, 2922, 3288])('logs can be kept for %d days', async (days) => {
  const changed = example(['// "logRetentionDays": 90', `"logRetentionDays": ${String(days)}`])
  expect((await read(changed)).logRetentionDays).toBe(days)
})

test('a settings file that does not exist is reported with a hint', async () => {
  await expect(readDeployment('absent.jsonc')).rejects.toThrow(
    /absent.jsonc does not exist: copy certbound.example.jsonc and fill it in/,
  )
})

test('a settings file that cannot be read is reported', async () => {
  const folder = await temporaryFolder()
  await expect(readDeployment(folder)).rejects.toThrow(`${folder} cannot be read: EISDIR`)
})

test('the number of the service is derived from the issuer and is a valid service number', async () => {
  const settings = await exampleSettings()
  const numbers = Array.from({ length: 200 }, (_, i) =>
    serviceNumber({ ...settings, service: { issuer: `https://auth-${String(i)}.example.com` } }),
  )
  expect(new Set(numbers).size).toBe(200)
  expect(serviceNumber(settings)).toBe(41754916716729)
  for (const number of numbers) {
    expect(parseNumber(String(number))).toBe(number)
    expect(number).toBeGreaterThanOrEqual(1e13)
  }
})
