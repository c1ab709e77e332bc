import type { Report } from './checks.ts'
import type { Status } from './finding.ts'

const MARKS: Readonly<Record<Status, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' }

/** How many findings there are of each kind, apart from the good ones. */
export function summary(reports: readonly Report[]) {
  const all = reports.flatMap(({ findings }) => findings.map(({ status }) => status))
  const count = (status: Status) => all.filter((each) => each === status).length
  return { wrong: count('fail'), toLookAt: count('warn'), unknown: count('skipped') }
}

/** For people: a line for each finding, and one for what to do about it. */
export function reportLines(reports: readonly Report[]): string[] {
  const lines = reports.flatMap(({ name, findings }) =>
    findings.flatMap(({ status, what, todo }) => [
      `${MARKS[status]}  ${name}: ${what}`,
      ...(todo === undefined ? [] : [`      -> ${todo}`]),
    ]),
  )
  const { wrong, toLookAt, unknown } = summary(reports)
  return [...lines, '', `${wrong} failures, ${toLookAt} warnings, ${unknown} skipped`]
}
