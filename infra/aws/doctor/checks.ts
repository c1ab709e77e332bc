import { type Account, type Check, fail, type Finding, type Inspected, type Status } from './check.ts'
import { invokers } from './aws/functions.ts'
import { authorizers, domains, executeApi } from './aws/gateway.ts'
import { timeToLive } from './aws/tables.ts'
import { issuers, registered, trustedDates } from './inside/certificates.ts'
import { binding } from './inside/registry.ts'
import { clock } from './outside/clock.ts'
import { keySetCheck, metadataCheck } from './outside/documents.ts'
import { certificateRequired, strangerRefused, visitorLetIn } from './outside/mutual-tls.ts'
import { spoofedHeaders } from './outside/spoofed-headers.ts'

/** First what everyone can see who reaches the domains; then what the registry and the trust store hold. */
export const CHECKS: readonly Check[] = [
  certificateRequired,
  strangerRefused,
  visitorLetIn,
  spoofedHeaders,
  metadataCheck,
  keySetCheck,
  clock,
  binding,
  issuers,
  trustedDates,
  registered,
]

/** The checks that need AWS. */
export function accountChecks(account: Account): readonly Check[] {
  return [executeApi, domains, authorizers, invokers, timeToLive].map((check) => check(account))
}

export interface Report {
  readonly name: string
  readonly findings: readonly Finding[]
}

/** Makes the checks one after the other. A check that throws has failed. */
export async function inspect(inspected: Inspected, checks = CHECKS): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const check of checks) reports.push({ name: check.name, findings: await findingsOf(check, inspected) })
  return reports
}

async function findingsOf({ ask }: Check, inspected: Inspected): Promise<readonly Finding[]> {
  try {
    return await ask(inspected)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [fail(`the check failed to run: ${why}`, 'mend what this names, and run it again')]
  }
}

/** How many findings there are of each kind, apart from the good ones. */
export function summary(reports: readonly Report[]) {
  const all = reports.flatMap(({ findings }) => findings.map(({ status }) => status))
  const count = (status: Status) => all.filter((each) => each === status).length
  return { wrong: count('fail'), toLookAt: count('warn'), unknown: count('skipped') }
}

const MARKS: Readonly<Record<Status, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' }

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
