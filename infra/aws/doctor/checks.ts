import { authorizers, concurrency, domainMutualTls, domainStatus, executeApi } from './account.ts'
import {
  type Account,
  type Check,
  fail,
  type Finding,
  type InspectedDeployment,
  skipped,
  type CheckSource,
  type Status,
} from './check.ts'
import { endingCertificates } from './ending-certificates.ts'
import { invokers } from './invokers.ts'
import { certificateUsage, issuers } from './issuers.ts'
import { clock } from './outside/clock.ts'
import { keySetCheck, metadataCheck } from './outside/documents.ts'
import { certificateLists } from './lists.ts'
import { otherHost } from './outside/other-host.ts'
import { serverCertificates } from './outside/server-certificates.ts'
import { certificateRequired, strangerRefused, visitorLetIn } from './outside/mutual-tls.ts'
import { spoofedHeaders } from './outside/spoofed-headers.ts'
import * as registry from './registry.ts'
import { tableProtection, timeToLive } from './tables.ts'

/** The checks of every deployment: first those over the network, then those of the registry and the trust store. */
export const DEPLOYMENT_CHECKS: readonly Check[] = [
  certificateRequired,
  strangerRefused,
  visitorLetIn,
  otherHost,
  spoofedHeaders,
  serverCertificates,
  metadataCheck,
  keySetCheck,
  clock,
  registry.reading,
  registry.binding,
  registry.pushedRequests,
  issuers,
  certificateUsage,
  registry.trustedDates,
  registry.registered,
  registry.clientCertificates,
  registry.clientSecrets,
  certificateLists,
  endingCertificates,
]

/** The checks that need AWS. */
export const ACCOUNT_CHECKS: readonly Check<Account>[] = [
  executeApi,
  domainMutualTls,
  domainStatus,
  authorizers,
  invokers,
  concurrency,
  timeToLive,
  tableProtection,
]

export interface Report {
  readonly name: string
  readonly findings: readonly Finding[]
}

/** Runs the checks one after the other. A check that throws has failed. A check without its sources is skipped. */
export async function inspect<Subject>(
  subject: Subject,
  checks: readonly Check<Subject>[],
  unread: InspectedDeployment['unread'] = {},
): Promise<Report[]> {
  const reports: Report[] = []
  for (const { name, needs = [], ask } of checks) {
    const missing = needs.find((source) => unread[source] !== undefined)
    const findings = missing === undefined ? await runCheck(ask, subject) : [without(missing)]
    reports.push({ name, findings })
  }
  return reports
}

const without = (source: CheckSource): Finding =>
  skipped(`not checked without the ${source}`, 'see the checks reading and binding above for the reason')

async function runCheck<Subject>(ask: Check<Subject>['ask'], subject: Subject): Promise<readonly Finding[]> {
  try {
    return await ask(subject)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [fail(`the check failed to run: ${why}`, 'fix the named problem and run doctor again')]
  }
}

/** The number of findings of each status, except `ok`. */
export function summary(reports: readonly Report[]) {
  const all = reports.flatMap(({ findings }) => findings.map(({ status }) => status))
  const count = (status: Status) => all.filter((each) => each === status).length
  return { wrong: count('fail'), toLookAt: count('warn'), unknown: count('skipped') }
}

const MARKS: Readonly<Record<Status, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' }

/** The text of a report: a line for each finding, followed by its remedy. */
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
