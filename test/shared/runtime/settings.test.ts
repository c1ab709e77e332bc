import { expect, test } from 'vitest'
import { readEnvironment, requireOAuthSettings } from '../../../shared/runtime/settings.ts'

const TABLES = { REGISTRY_TABLE: 'registry', GRANTS_TABLE: 'grants', AUDIT_TABLE: 'audit' }
const FULL = {
  ...TABLES,
  SERVICE_ID: '21653835348762',
  MTLS_DOMAINS: 'mtls.example.com',
  API_IDS: 'a1b2c3d4e5',
  RESOURCE_URLS: 'a1b2c3d4e5=https://accounts.example.com',
  OAUTH_ON_MTLS_ONLY: 'true',
  REGISTRY_CACHE_SECONDS: '0',
  DYNAMODB_CLIENT: 'sdk',
  LOG_LEVEL: 'warn',
  AUDIT_DAYS: '30',
}
const DEFAULTS = {
  registryTable: 'registry',
  grantsTable: 'grants',
  auditTable: 'audit',
  serviceId: undefined,
  mtlsDomains: [],
  apiIds: [],
  resourceUrls: [],
  oauthOnMtlsOnly: false,
  registryCacheSeconds: 10,
  dynamodbClient: 'lean',
  logLevel: 'info',
  auditDays: 400,
}

test('every variable is read', () => {
  expect(readEnvironment(FULL)).toEqual({
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
    serviceId: 21653835348762,
    mtlsDomains: ['mtls.example.com'],
    apiIds: ['a1b2c3d4e5'],
    resourceUrls: [{ apiId: 'a1b2c3d4e5', url: 'https://accounts.example.com' }],
    oauthOnMtlsOnly: true,
    registryCacheSeconds: 0,
    dynamodbClient: 'sdk',
    logLevel: 'warn',
    auditDays: 30,
  })
})

test('only the tables are needed', () => {
  expect(readEnvironment(TABLES)).toEqual(DEFAULTS)
})

test('an empty variable counts as missing', () => {
  const empty = Object.fromEntries(Object.keys(FULL).map((name) => [name, '']))
  expect(readEnvironment({ ...empty, ...TABLES })).toEqual(DEFAULTS)
  expect(() => readEnvironment(empty)).toThrow('REGISTRY_TABLE, GRANTS_TABLE, AUDIT_TABLE')
})

test('other variables are ignored', () => {
  expect(readEnvironment({ ...TABLES, PATH: '/bin', AWS_REGION: 'x', constructor: 'x' })).toEqual(DEFAULTS)
})

test.each([
  ['a,b', ['a', 'b']],
  [' a , b ', ['a', 'b']],
  ['a,,b,', ['a', 'b']],
  ['a', ['a']],
  [' ', []],
  [',', []],
])('the list %j is read', (text, expected) => {
  const { mtlsDomains, apiIds } = readEnvironment({ ...TABLES, MTLS_DOMAINS: text, API_IDS: text })
  expect([mtlsDomains, apiIds]).toEqual([expected, expected])
})

test.each(['debug', 'info', 'warn', 'error', 'silent'])('the log level %s is known', (level) => {
  expect(readEnvironment({ ...TABLES, LOG_LEVEL: level }).logLevel).toBe(level)
})

test.each(['0', '1', '3600'])('the registry may be cached for %s seconds', (seconds) => {
  const read = readEnvironment({ ...TABLES, REGISTRY_CACHE_SECONDS: seconds })
  expect(read.registryCacheSeconds).toBe(Number(seconds))
})

test.each([
  ['REGISTRY_TABLE', ['ab']],
  ['GRANTS_TABLE', ['ab']],
  [
    'SERVICE_ID',
    ['0', '-1', '1.5', 'value', '9007199254740993', 'NaN', 'Infinity', '0x10', '1e3', ' 5', '+5'],
  ],
  ['REGISTRY_CACHE_SECONDS', ['-1', '3601', '0.5', 'value', 'Infinity', '0x10', '1e1', ' ', '10s']],
  ['OAUTH_ON_MTLS_ONLY', ['TRUE', 'yes', '1', 'on', ' ']],
  [
    'RESOURCE_URLS',
    [
      'a',
      'https://a.example.com',
      'a=b',
      'a=http://a.example.com',
      'a=https://a.example.com/',
      '=https://a.example.com',
    ],
  ],
  ['LOG_LEVEL', ['INFO', 'trace', 'fatal', 'value', 'constructor']],
])('%s may not be %j: the error names the variable, never the value', (name, values) => {
  for (const value of values) {
    expect(() => readEnvironment({ ...FULL, [name]: value })).toThrow(
      expect.objectContaining({ message: `environment: ${name} missing or invalid` }),
    )
  }
})

test('every wrong variable is named, each once', () => {
  expect(() => readEnvironment({ SERVICE_ID: 'x', LOG_LEVEL: 'x' })).toThrow(
    'environment: REGISTRY_TABLE, GRANTS_TABLE, AUDIT_TABLE, SERVICE_ID, LOG_LEVEL missing or invalid',
  )
})

test('the OAuth settings name the service of the OAuth face', () => {
  expect(requireOAuthSettings(readEnvironment(FULL))).toBe(21653835348762)
})

test.each(['SERVICE_ID', 'MTLS_DOMAINS', 'API_IDS'])('the error names %s when it is missing', (name) => {
  expect(() => requireOAuthSettings(readEnvironment({ ...FULL, [name]: undefined }))).toThrow(name)
  expect(() => requireOAuthSettings(readEnvironment({ ...FULL, [name]: '' }))).toThrow(name)
})
