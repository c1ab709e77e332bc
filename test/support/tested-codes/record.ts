import { subscribe } from 'node:diagnostics_channel'
import { chai } from 'vitest'
import { answered } from './answered.ts'

/** The assertions of a test about answers, and the answers and log lines of the functions during the test. */
export interface CodesRecord {
  /** Result codes, and errors of OAuth. */
  readonly asserted: readonly string[]
  /** Reasons. */
  readonly logged: readonly string[]
  /** `endpoint code` */
  readonly answered: readonly string[]
}

const asserted = new Set<string>()
const logged = new Set<string>()

/** Takes the codes that came since the last call. */
export function takeRecord(): CodesRecord {
  const record = { asserted: [...asserted], logged: [...logged], answered: [...answered] }
  for (const taken of [asserted, logged, answered]) taken.clear()
  return record
}

/** Assertions that compare with a whole value. */
const COMPARISONS = ['toBe', 'toEqual', 'toStrictEqual', 'toMatchObject', 'toContain']

chai.use(({ Assertion }, utils) => {
  for (const name of COMPARISONS) {
    utils.overwriteMethod(Assertion.prototype, name, (compare: (...given: unknown[]) => unknown) => {
      return function (this: object, ...given: unknown[]) {
        const outcome = compare.apply(this, given)
        // One that failed has thrown.
        if (utils.flag(this, 'negate') !== true) for (const code of codesIn(given[0])) asserted.add(code)
        return outcome
      }
    })
  }
})

function codesIn(expected: unknown): string[] {
  const withoutBigints = (_: string, value: unknown) => (typeof value === 'bigint' ? undefined : value)
  const text = JSON.stringify(expected, withoutBigints) as string | undefined
  return text?.match(/\b(A\d{6}|[a-z]+(_[a-z]+)+)\b/g) ?? []
}

subscribe('certbound.log.line', (line) => {
  const [, reason] = /"reason":"([\w-]+)"/.exec(String(line)) ?? []
  if (reason !== undefined) logged.add(reason)
})
