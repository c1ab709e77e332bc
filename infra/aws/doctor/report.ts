import type { Report } from './checks.ts'
import type { Status } from './finding.ts'

const MARKS: Readonly<Record<Status, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' }

export function count(reports: readonly Report[], wanted: Status): number {
  return reports.flatMap(({ findings }) => findings).filter(({ status }) => status === wanted).length
}

/** For people: one line a finding, and one for what to do. */
export function inLines(reports: readonly Report[]): string[] {
  const lines = reports.flatMap(({ name, findings }) =>
    findings.flatMap(({ status, what, todo }) => [
      `${MARKS[status]}  ${name}: ${what}`,
      ...(todo === undefined ? [] : [`      -> ${todo}`]),
    ]),
  )
  const [failed, warned, unknown] = [
    count(reports, 'fail'),
    count(reports, 'warn'),
    count(reports, 'skipped'),
  ]
  return [...lines, '', `${failed} wrong, ${warned} to be looked at, ${unknown} not known`]
}
