import { execFileSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { runtimeFor } from '../../../shared/runtime/runtime.ts'
import { sdkDynamoDb } from '../../../shared/dynamodb/sdk.ts'
import { readEnvironment } from '../../../shared/runtime/settings.ts'

const ENVIRONMENT = {
  REGISTRY_TABLE: 'registry',
  GRANTS_TABLE: 'grants',
  AUDIT_TABLE: 'audit',
  SERVICE_ID: '21653835348762',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
}
const runtime = runtimeFor(readEnvironment(ENVIRONMENT), sdkDynamoDb({ region: 'eu-west-1' }))
afterAll(() => runtime.store.close())

test.each([1, 6, 16, 32, 4095, 4096, 4097, 10_000])(
  'random returns %i bytes when asked for them',
  (bytes) => {
    expect(runtime.random(bytes)).toHaveLength(bytes)
    expect(runtime.random(bytes)).toHaveLength(bytes)
  },
)

test('no random bytes are given when none are asked for', () => {
  expect(runtime.random(0)).toHaveLength(0)
})

test('random bytes never repeat, also across the pieces that they are drawn in', () => {
  const drawn = Array.from({ length: 20_000 }, (_none, i) => runtime.random(12 + (i % 21)).toString('hex'))
  const starts = drawn.map((hex) => hex.slice(0, 24))
  expect(new Set(starts).size).toBe(20_000)
})

test('random bytes never overlap: those given out stay as they are', () => {
  const drawn = Array.from({ length: 600 }, () => runtime.random(32))
  const before = drawn.map((bytes) => bytes.toString('hex'))
  for (const bytes of drawn.slice(0, 300)) bytes.fill(0)
  runtime.random(5_000)
  expect(drawn.slice(300).map((bytes) => bytes.toString('hex'))).toEqual(before.slice(300))
})

test('random bytes are spread over all values', () => {
  const seen = new Set(Array.from({ length: 500 }, () => Array.from(runtime.random(32))).flat())
  expect(seen.size).toBe(256)
})

test('each runtime has random bytes of its own', () => {
  const other = runtimeFor(readEnvironment(ENVIRONMENT), sdkDynamoDb({ region: 'eu-west-1' }))
  expect(other.random(32).equals(runtime.random(32))).toBe(false)
  other.store.close()
})

test('now is in whole seconds', () => {
  expect(Number.isInteger(runtime.now())).toBe(true)
  expect(Math.floor(Math.log10(runtime.now()))).toBe(9)
})

test('elapsed only goes forward', () => {
  const times = Array.from({ length: 100 }, () => runtime.elapsed())
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

/** The output of a process with this environment, which has nothing of the environment of this process. */
function run(script: string, environment: Readonly<Record<string, string>>) {
  const module = JSON.stringify(new URL('../../../shared/runtime/runtime.ts', import.meta.url).href)
  const source = `import { systemRuntime } from ${module}\n${script}`
  const options = { env: environment, encoding: 'utf8', stdio: 'pipe' } as const
  return execFileSync(process.execPath, ['--input-type=module', '--eval', source], options)
}

test('a runtime is made of the environment, and writes its log to the standard output', () => {
  const script = `
      const { settings, log, store } = await systemRuntime()
      log.request({ requestId: 'r', endpoint: '/token', outcome: 'OK', milliseconds: 1, ...settings })
      store.close()`
  const output = run(script, ENVIRONMENT)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(output)).toMatchObject({
    level: 'info',
    requestId: 'r',
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
    serviceId: 21653835348762,
    mtlsDomains: [],
    registryCacheSeconds: 10,
  })
})

test('a runtime is not made of an environment without its tables: the error names them', () => {
  const { GRANTS_TABLE: _table, ...without } = ENVIRONMENT
  expect(() => run('await systemRuntime()', without)).toThrow('environment: GRANTS_TABLE missing or invalid')
})

test('a runtime with LOG_LEVEL=silent logs nothing', () => {
  const script = `const { log } = await systemRuntime()
      log.failure({ requestId: 'r', endpoint: '/token', outcome: 500, milliseconds: 1 }, new Error('x'))`
  expect(run(script, { ...ENVIRONMENT, LOG_LEVEL: 'silent' })).toBe('')
})

test.each([
  ['lean', false],
  ['sdk', true],
])('a runtime with DYNAMODB_CLIENT=%s loads the SDK: %s', (client, loaded) => {
  const script = `
      const { store } = await systemRuntime()
      store.close()
      const { createRequire } = await import('node:module')
      const cached = Object.keys(createRequire('/').cache)
      console.log(cached.some((file) => file.includes('client-dynamodb')))`
  expect(run(script, { ...ENVIRONMENT, DYNAMODB_CLIENT: client }).trim()).toBe(String(loaded))
})
