import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serviceNumber } from '../../../../infra/aws/deployment/parameters.ts'
import { readDeployment } from '../../../../infra/aws/deployment/settings.ts'
import { clientNumber } from '../../../../shared/store/registry.ts'
import { exampleSettings } from '../packaged-template.ts'

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../../certbound.example.jsonc'), 'utf8')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The example with texts replaced. */
function read(...replaced: [string, string][]) {
  const file = join(folder, 'certbound.jsonc')
  let text = EXAMPLE
  for (const [from, to] of replaced) {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`)
    text = text.replace(from, to)
  }
  writeFileSync(file, text)
  return readDeployment(file)
}

/** What is wrong, without the name of the file. */
async function complaints(...replaced: [string, string][]): Promise<string[]> {
  const found = await read(...replaced)
  if ('region' in found) return []
  return found.map((line) => line.replace(join(folder, 'certbound.jsonc'), 'FILE'))
}

test('the example is complete, and what is commented out has the values that it shows', async () => {
  const shown = await read(
    ['// "mtlsOnly"', '"mtlsOnly"'],
    ['// "refusals"', '"refusals"'],
    ['// "throttle"', '"throttle"'],
    ['// "registryCacheSeconds"', '"registryCacheSeconds"'],
    ['// "logRetentionDays"', '"logRetentionDays"'],
    ['// "logLevel"', '"logLevel"'],
  )
  expect(shown).toEqual(await exampleSettings())
})

test.each<[string, [string, string], string]>([
  ['a Region', ['"region": "eu-central-1"', '"region": "Frankfurt"'], 'region wants a Region'],
  ['a stage', ['"stage": "prod"', '"stage": "Prod!"'], 'stage wants up to 20 lower-case letters'],
  [
    'a domain',
    ['"name": "mtls.auth', '"name": "MTLS.auth'],
    'mtlsDomain.name wants a domain name in lower case',
  ],
  ['a wildcard', ['"name": "auth.', '"name": "*.'], 'plainDomain.name wants a domain name'],
  ['a certificate', ['arn:aws:acm', 'arn:aws:iam'], 'mtlsDomain.certificateArn wants the ARN'],
  ['another Region', ['acm:eu-central-1', 'acm:us-east-1'], 'mtlsDomain.certificateArn is of another Region'],
  [
    'the same domain',
    ['"mtls.auth.example.com"', '"auth.example.com"'],
    'mtlsDomain.name and plainDomain.name are the same',
  ],
  ['no trust store', ['["clients-ca.pem"]', '[]'], 'trustStore wants at least one PEM file'],
  ['a plain issuer', ['"issuer": "https', '"issuer": "http'], 'service.issuer wants an https URL'],
  [
    'a slash',
    ['https://auth.example.com"', 'https://auth.example.com/"'],
    'service.issuer wants an https URL',
  ],
  ['a client without a name', ['"clientIdAlias": "payments",', ''], 'clients.0.clientIdAlias is missing'],
  ['an e-mail address', ['ops@example.com', 'ops'], 'alarms.email wants an e-mail address'],
  ['a number', ['// "refusals": 100', '"refusals": 0'], 'alarms.refusals wants a number of refusals'],
  [
    'a limit',
    ['// "throttle": { "rate": 100', '"throttle": { "rate": 0.5'],
    'throttle.rate wants requests a second',
  ],
  [
    'a retention',
    ['// "logRetentionDays": 90', '"logRetentionDays": 91'],
    'logRetentionDays has a value that is not offered',
  ],
  [
    'a cache',
    ['// "registryCacheSeconds": 10', '"registryCacheSeconds": 4000'],
    'registryCacheSeconds wants 0 to 3600',
  ],
  ['a type', ['// "mtlsOnly": true', '"mtlsOnly": "yes"'], 'mtlsOnly has a wrong type'],
  ['a name', ['"stage"', '"stages": 1, "stage"'], 'stages is no setting'],
])('%s that cannot be is named', async (_, replaced, told) => {
  expect(await complaints(replaced)).toEqual([expect.stringMatching(`^FILE: ${told}`)])
})

test('everything that is wrong is named at once', async () => {
  const replaced: [string, string][] = [
    ['"region": "eu-central-1",', ''],
    ['"stage": "prod"', '"stage": ""'],
    ['"trustStore"', '"truststore"'],
  ]
  expect(await complaints(...replaced)).toEqual([
    'FILE: region is missing',
    expect.stringContaining('FILE: stage wants'),
    'FILE: trustStore is missing',
    'FILE: truststore is no setting',
  ])
})

test('a file that is no JSON is named with the line', async () => {
  expect(await complaints(['"stage": "prod",', '"stage": prod,'])).toEqual([
    expect.stringMatching(/^FILE, line 8: /),
  ])
})

test('a file that is not there is said to be so', async () => {
  expect(await readDeployment(join(folder, 'absent.jsonc'))).toEqual([
    expect.stringMatching(/absent.jsonc is not there: copy/),
  ])
})

test('two clients of one name are refused', async () => {
  const twice: [string, string] = ['"clients": [', '"clients": [{ "clientIdAlias": "payments" },']
  expect(await complaints(twice)).toEqual(['FILE: clients: two have the same clientIdAlias'])
})

test('the number of the service follows from the issuer and fits everywhere', async () => {
  const settings = await exampleSettings()
  const numbers = Array.from({ length: 200 }, (_, i) =>
    serviceNumber({ ...settings, service: { issuer: `https://auth-${String(i)}.example.com` } }),
  )
  expect(new Set(numbers).size).toBe(200)
  expect(serviceNumber(settings)).toBe(41754916716729)
  for (const number of numbers) {
    expect(clientNumber(String(number))).toBe(number)
    expect(number).toBeGreaterThanOrEqual(1e13)
  }
})
