import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { logLine } from '../../../shared/runtime/log-line.ts'

const TIME = 1_796_198_160_428

/** The line of `pino`, with the options that the log had when `pino` wrote it. */
function lineByPino(members: object): string {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const options = {
    base: null,
    depthLimit: 20,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":${TIME}`,
  }
  pino(options, { write }).info(members)
  return lines.join('')
}

const NAMES = fc.string({ unit: 'binary' }).filter((name) => !['level', 'time', 'msg', 'err'].includes(name))
const VALUES = fc.oneof(
  fc.jsonValue({ depthSize: 'small' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(undefined, NaN, -Infinity, -0, () => 1, Symbol('s'), new Date(0), 5n),
)

test('a line is the line that pino writes, for all members that JSON has', () => {
  const each = fc.property(fc.dictionary(NAMES, VALUES), (members) => {
    expect(logLine('info', TIME, members)).toBe(lineByPino(members))
  })
  fc.assert(each, { seed: 24, numRuns: 300 })
})

test.each([
  ['a BigInt inside', { a: [1n, { b: 2n ** 70n }] }],
  ['an object inside itself', cyclic()],
  ['a BigInt beside an object inside itself', { a: [cyclic(), 3n] }],
  ['an object twice, but not inside itself', { a: [1n, shared(), { b: shared() }] }],
])('a line with %s has the members of the line that pino writes', (_what, value) => {
  expect(parsed(logLine('info', TIME, { value }))).toEqual(parsed(lineByPino({ value })))
})

/** A number that is too large for JavaScript stays a text. */
function parsed(line: string): unknown {
  return JSON.parse(line.replaceAll(/:(\d{17,})/g, ':"$1"'))
}

function cyclic(): object {
  const inner: Record<string, unknown> = { name: 'inner' }
  const outer = { before: 1, inner, list: [inner, { inner }], after: 2 }
  inner['outer'] = outer
  return outer
}

function shared(): object {
  const one = { n: 1 }
  return { first: one, second: one }
}

const throwing = () => {
  throw new TypeError('s3cret')
}

test.each([
  ['a toJSON that throws', { value: { toJSON: throwing } }],
  ['a toJSON that throws deep inside', { value: [{ a: { toJSON: throwing } }] }],
  [
    'a getter that throws',
    {
      get value() {
        return throwing()
      },
    },
  ],
  [
    'a getter that throws deep inside',
    { value: { a: Object.defineProperty({}, 'b', { enumerable: true, get: throwing }) } },
  ],
])('%s leaves the other members of the line readable', (_what, broken) => {
  const members = Object.defineProperties({ before: 1 }, Object.getOwnPropertyDescriptors(broken))
  const line = logLine('error', TIME, Object.defineProperty(members, 'after', { value: 2, enumerable: true }))
  expect(line).not.toContain('s3cret')
  expect(JSON.parse(line)).toMatchObject({ level: 'error', time: TIME, before: 1, after: 2 })
})
