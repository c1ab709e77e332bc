import { settingsOf } from '../../../../shared/store/profile.ts'
import { ask, jsonOf } from '../ask.ts'
import type { Inspected } from '../check.ts'
import { AUTHORIZATION } from './authorization.ts'
import { type Clause, notAsked, type Outcome, type Profiled, outcome } from './clause.ts'
import { CRYPTOGRAPHY } from './cryptography.ts'
import { GENERAL } from './general.ts'
import { isOfProfile, remedyOf, remedyOfSwitch } from './remedy.ts'
import { isAuthenticated } from './requests.ts'

/**
 * The clauses of the FAPI 2.0 Security Profile for authorization servers, sections 5.3.1 to 5.4. Section 5.3.1 only names the
 * specifications; 5.3.3 and 5.3.4 are about clients and resource servers.
 *
 * @see https://openid.net/specs/fapi-security-profile-2_0-final.html
 */
export const CLAUSES: readonly Clause[] = [...GENERAL, ...AUTHORIZATION, ...CRYPTOGRAPHY]

/** Whether the profile is on at all. It is no clause. */
const SWITCH: Clause = {
  id: 'fapi2',
  demand: 'the service or the client has the setting, and the client follows it',
  ask: ({ service, client }) => {
    const settings = service && settingsOf(service, client)
    if (settings?.isRetroactive !== true) return outcome(false, 'the registry', 'fapi2 is off')
    const { violations } = settings
    if (violations.length === 0) return outcome(true, 'the registry', 'fapi2 is on')
    return outcome(false, 'the registry', `fapi2 is on, but violated by ${violations.join(', ')}`)
  },
}

/** If the client is not authenticated, clauses that need it are broken for that reason. It is no clause. */
const CLIENT: Clause = {
  id: 'client',
  demand: 'the client that asks is authenticated',
  ask: async (subject) => {
    if (subject.client === undefined) return notAsked('name a registered client with --client-id')
    const got = await isAuthenticated(subject)
    return outcome(got === '200', 'POST /introspection/standard', got)
  },
}

interface Asked extends Pick<Clause, 'id' | 'demand'>, Outcome {
  /** Only of a broken clause that is no consequence: what to do. */
  readonly todo?: string
  /** Only of a consequence: the id of the report that has the remedy. */
  readonly cause?: string
}

export type ClauseReport = Asked | (Pick<Clause, 'id' | 'demand'> & { readonly duty: string })

/** Asks about all clauses, one after the other. A clause whose question throws is broken. */
export async function inspectProfile(
  inspected: Inspected,
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
  const subject: Profiled = { ...inspected, metadata, client, assertionKey, onRequestAsClient }
  const broken = new Set<string>()
  const reports: ClauseReport[] = []
  for (const clause of [SWITCH, CLIENT, ...CLAUSES]) {
    requests.asClient = 0
    const report = await reportOf(clause, subject)
    const isBroken = 'status' in report && report.status === 'fail'
    if (isBroken) broken.add(report.id)
    reports.push(
      isBroken ? { ...report, ...wayOn(report.id, subject, broken, requests.asClient > 0) } : report,
    )
  }
  return reports
}

/** The cause of a broken clause if it is a consequence, else its remedy. */
function wayOn(
  id: string,
  subject: Profiled,
  broken: ReadonlySet<string>,
  asClient: boolean,
): Pick<Asked, 'todo' | 'cause'> {
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
  'name its secret (--client-secret-file), its --certificate and --key, or its --assertion-key, as its method needs'

async function reportOf({ id, demand, ask: question }: Clause, subject: Profiled): Promise<ClauseReport> {
  if (typeof question === 'string') return { id, demand, duty: question }
  try {
    return { id, demand, ...(await question(subject)) }
  } catch (error) {
    // A message may quote what was sent.
    const name = error instanceof Error ? error.name : 'error'
    return { id, demand, ...outcome(false, 'a question that failed to run', name) }
  }
}

const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: 'skip' } as const

/** For people: the consequences of a broken clause follow it. */
export function profileLines(reports: readonly ClauseReport[]): string[] {
  const consequences = Object.groupBy(reports, (report) => ('cause' in report ? report.cause : ''))
  const lines = (consequences[''] ?? []).flatMap((report) => {
    const { id, demand } = report
    if ('duty' in report) return [`--    ${id}  ${demand}`, `      ${report.duty}`]
    const { asked, got, todo } = report
    return [
      `${MARKS[report.status]}  ${id}  ${demand}`,
      `      asked: ${asked}`,
      `      came back: ${got}`,
      ...(todo === undefined ? [] : [`      -> ${todo}`]),
      ...(consequences[id] ?? []).map((other) => `      so also broken: ${other.id}  ${other.demand}`),
    ]
  })
  const count = (status: Outcome['status']) =>
    reports.filter((report) => 'status' in report && report.status === status).length
  return [
    ...lines,
    '',
    `${count('ok')} hold, ${count('fail')} are broken, ${count('skipped')} were not asked`,
  ]
}
