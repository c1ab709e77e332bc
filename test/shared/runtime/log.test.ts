import { expect, test } from 'vitest'
import { type LogLine, openLog } from '../../../shared/runtime/log.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'

const LINE: LogLine = { requestId: 'r', endpoint: '/token', outcome: 'OK', milliseconds: 1.5 }

function logTo(level: Settings['logLevel'] = 'info') {
  const lines: string[] = []
  const log = openLog(level, (line) => lines.push(line))
  const read = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { log, lines, read }
}

test('a line is one line of JSON, with its level, its time in milliseconds and what is known of the request', () => {
  const { log, lines, read } = logTo()
  log.request({ ...LINE, service: 1, client: 2, grantType: 'refresh_token', thumbprint: 't' })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/)
  expect(read()).toEqual([
    {
      level: 'info',
      time: expect.any(Number) as number,
      requestId: 'r',
      endpoint: '/token',
      service: 1,
      client: 2,
      grantType: 'refresh_token',
      thumbprint: 't',
      outcome: 'OK',
      milliseconds: 1.5,
    },
  ])
  expect(Math.log10(read()[0]?.['time'] as number)).toBeGreaterThan(12)
})

test('a line has no member for what is not known, and none of the process', () => {
  const { log, read } = logTo()
  log.request({ ...LINE, reason: undefined })
  expect(Object.keys(read()[0] ?? {}).sort()).toEqual([
    ...['endpoint', 'level', 'milliseconds', 'outcome', 'requestId', 'time'],
  ])
})

test('a line break in a value does not break the line', () => {
  const { log, lines, read } = logTo()
  log.request({ ...LINE, requestId: 'a\n{"level":"error"}\u2028' })
  expect(lines.join('').split('\n')).toHaveLength(2)
  expect(read()[0]?.['requestId']).toBe('a\n{"level":"error"}\u2028')
})

test('a failure is logged with all its causes', () => {
  const { log, read } = logTo()
  const inmost = new RangeError('inmost')
  log.failure(LINE, new TypeError('outer', { cause: new Error('inner', { cause: inmost }) }))
  expect(read()).toEqual([
    {
      level: 'error',
      time: expect.any(Number) as number,
      ...LINE,
      cause: {
        name: 'TypeError',
        message: 'outer',
        stack: expect.stringContaining('log.test.ts') as string,
        cause: {
          name: 'Error',
          message: 'inner',
          stack: expect.any(String) as string,
          cause: { name: 'RangeError', message: 'inmost', stack: expect.any(String) as string },
        },
      },
    },
  ])
})

test.each([
  ['text', 's3cret', 'string'],
  ['an object', { secret: 's3cret' }, 'object'],
  ['nothing', undefined, 'undefined'],
])('a failure that is %s is logged by its type, not its value', (_what, thrown, name) => {
  const { log, lines, read } = logTo()
  log.failure(LINE, thrown)
  expect(read()[0]?.['cause']).toEqual({ name, message: 'not an Error' })
  expect(lines.join('')).not.toContain('s3cret')
})

test('a failure is logged without further members of the error, such as the request of a client library', () => {
  const { log, lines, read } = logTo()
  log.failure(LINE, Object.assign(new Error('outer'), { $metadata: { secret: 's3cret' }, input: 's3cret' }))
  expect(Object.keys(read()[0]?.['cause'] as object)).toEqual(['name', 'message', 'stack'])
  expect(lines.join('')).not.toContain('s3cret')
})

test.each([
  ['debug', ['info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['warn', 'error']],
  ['silent', []],
] as const)(
  'the level %s writes %j: refusals, which are warnings, as long as it writes anything',
  (level, written) => {
    const { log, read } = logTo(level)
    log.request(LINE)
    log.request({ ...LINE, reason: 'client-unknown' })
    log.failure(LINE, new Error('x'))
    expect(read().map((line) => line['level'])).toEqual(written)
  },
)
