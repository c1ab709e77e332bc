import { settingsOf } from '../../../../shared/store/profile.ts'
import { ask, jsonOf } from '../ask.ts'
import type { InspectedDeployment } from '../check.ts'
import { AUTHORIZATION_CLAUSES } from './authorization.ts'
import { type Clause, skippedOutcome, type Outcome, type ProfileSubject, outcome } from './clause.ts'
import { CRYPTOGRAPHY_CLAUSES } from './cryptography.ts'
import { GENERAL_CLAUSES } from './general.ts'
import { NETWORK_CLAUSES } from './network.ts'
import { isOfProfile, remedyOf, remedyOfSwitch } from './remedy.ts'
import { isAuthenticated } from './requests.ts'

/**
 * The clauses of the FAPI 2.0 Security Profile for authorization servers, sections 5.2.1 to 5.4. Section 5.2.3 concerns
 * browsers, and 5.3.1 only lists specifications; sections 5.3.3 and 5.3.4 concern clients and resource servers.
 *
 * @see https://openid.net/specs/fapi-security-profile-2_0-final.html
 */
export const CLAUSES: readonly Clause[] = [
  ...NETWORK_CLAUSES,
  ...GENERAL_CLAUSES,
  ...AUTHORIZATION_CLAUSES,
  ...CRYPTOGRAPHY_CLAUSES,
]

/** Whether the profile is on. This is not a clause. */
const SWITCH: Clause = {
  id: 'fapi2',
  demand: 'the service or the client has the setting, and the client conforms',
  ask: ({ service, client }) => {
    const settings = service && settingsOf(service, client)
    if (settings?.isRetroactive !== true) return outcome(false, 'the registry', 'fapi2 is off')
    const { violations } = settings
    if (violations.length === 0) return outcome(true, 'the registry', 'fapi2 is on')
    return outcome(false, 'the registry', `fapi2 is on, but violated by ${violations.join(', ')}`)
  },
}

/** Whether the client can authenticate. This is not a clause, but others fail without it. */
const CLIENT: Clause = {
  id: 'client',
  demand: 'the client of the requests is authenticated',
  ask: async (subject) => {
    if (subject.client === undefined) return skippedOutcome('use --client-id with a registered client')
    const got = await isAuthenticated(subject)
    return outcome(got === '200', 'POST /introspection/standard', got)
  },
}

interface CheckedClause extends Pick<Clause, 'id' | 'demand'>, Outcome {
  /** The remedy, if the clause fails and this is not a consequence. */
  readonly todo?: string
  /** If the failure is a consequence, the ID of the report with the remedy. */
  readonly cause?: string
}

export type ClauseReport = CheckedClause | (Pick<Clause, 'id' | 'demand'> & { readonly duty: string })

/** Checks all clauses, one after the other. A clause whose check throws has failed. */
export async function inspectProfile(
  inspected: InspectedDeployment,
  assertionKey: string | undefined,
): Promise<readonly ClauseReport[]> {
  const { visitor, clients, plainUrl } = inspected
  const metadata = jsonOf(await ask(inspected, `${plainUrl}/.well-known/oauth-authorization-server`)) ?? {}
  const client = clients.find(({ clientId, clientIdAlias }) =>
    [String(clientId), clientIdAlias].includes(visitor?.clientId ?? ' '),
  )
  const requests = { asClient: 0 }
  const onRequestAsClient = () => {
    requests.asClient += 1
  }
  const subject: ProfileSubject = { ...inspected, metadata, client, assertionKey, onRequestAsClient }
  const broken = new Set<string>()
  const reports: ClauseReport[] = []
  for (const clause of [SWITCH, CLIENT, ...CLAUSES]) {
    requests.asClient = 0
    const report = await reportOf(clause, subject)
    const isBroken = 'status' in report && report.status === 'fail'
    if (isBroken) broken.add(report.id)
    reports.push(
      isBroken ? { ...report, ...causeOrRemedy(report.id, subject, broken, requests.asClient > 0) } : report,
    )
  }
  return reports
}

/** The cause of a failed clause if it is a consequence, otherwise its remedy. */
function causeOrRemedy(
  id: string,
  subject: ProfileSubject,
  broken: ReadonlySet<string>,
  asClient: boolean,
): Pick<CheckedClause, 'todo' | 'cause'> {
  const { service, client } = subject
  if (id === SWITCH.id) return { todo: remedyOfSwitch(subject) }
  const isRefused = service && settingsOf(service, client).violations.length > 0
  if (broken.has(SWITCH.id) && (isOfProfile(id) || (isRefused === true && asClient)))
    return { cause: SWITCH.id }
  if (id === CLIENT.id) return { todo: CLIENT_TODO }
  if (broken.has(CLIENT.id) && asClient) return { cause: CLIENT.id }
  return { todo: remedyOf(id, subject) }
}

const CLIENT_TODO =
  'set its secret (--client-secret-file), its --certificate and --key, or its --assertion-key, depending on its method'

async function reportOf(
  { id, demand, ask: question }: Clause,
  subject: ProfileSubject,
): Promise<ClauseReport> {
  if (typeof question === 'string') return { id, demand, duty: question }
  try {
    return { id, demand, ...(await question(subject)) }
  } catch (error) {
    // The message may quote the request.
    const name = error instanceof Error ? error.name : 'error'
    return { id, demand, ...outcome(false, 'the check could not run', name) }
  }
}

const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' } as const

/** The text of a report. The consequences of a failed clause follow it. */
export function profileLines(reports: readonly ClauseReport[]): string[] {
  const consequences = Object.groupBy(reports, (report) => ('cause' in report ? report.cause : ''))
  const lines = (consequences[''] ?? []).flatMap((report) => {
    const { id, demand } = report
    if ('duty' in report) return [`--    ${id}  ${demand}`, `      ${report.duty}`]
    const { asked, got, todo } = report
    return [
      `${MARKS[report.status]}  ${id}  ${demand}`,
      `      asked: ${asked}`,
      `      result: ${got}`,
      ...(todo === undefined ? [] : [`      -> ${todo}`]),
      ...(consequences[id] ?? []).map((other) => `      so this also fails: ${other.id}  ${other.demand}`),
    ]
  })
  const count = (status: Outcome['status']) =>
    reports.filter((report) => 'status' in report && report.status === status).length
  return [
    ...lines,
    '',
    `${count('ok')} hold, ${count('fail')} are violated, ${count('skipped')} were not checked`,
  ]
}
