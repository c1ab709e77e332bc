import { type EpochSeconds, addSeconds } from '../../shared/epoch-seconds.ts'
import { isSelected, type Period, type Selection } from '../../shared/store/audit/audit-log.ts'
import type { SettledRecord } from '../../shared/store/audit/settle.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { command, Complaint, confirm, type Io } from '../command.ts'
import { attempt, operatorOf } from './deployment/aws.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { serviceNumber } from './settings/settings.ts'

const HELP = `certbound audit-log: lists who changed what, the newest change first

  --settings FILE   the settings (certbound.jsonc)
  --service ID      the records of this service; by default those of the deployment's own
  --deployment      the records about the deployment itself: its stacks, its trust store, its owner
  --client ID       only changes of this client, by its number
  --credential ID   only changes by this credential, by an ARN, or by owner or organization, with :KEY for one of two
  --since DATE      from this day on (2026-12-01), or from this time; by default for 31 days
  --until DATE      before this day, or until this time
  --erase           take personal data out of the records of --client: subjects, and values of members
  --yes             erase without asking
  --json            one record in each line, as JSON
  --endpoint URL    use a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

A record without outcome is of a process that ended early: its items show whether the change was made.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    service: { type: 'string' },
    deployment: { type: 'boolean', default: false },
    client: { type: 'string' },
    credential: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    erase: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  run: async ({ values }, io) => {
    const settings = await readDeployment(values.settings)
    const endpoint = localEndpoint(values, io)
    const own = numberOf('service', values.service) ?? serviceNumber(settings)
    const service = values.deployment ? undefined : own
    const client = numberOf('client', values.client)
    if (values.erase && client === undefined) throw new Complaint('--erase needs --client')
    await withTables(settings, { endpoint }, (runtime, deployed) =>
      attempt('the tables', async () => {
        if (client !== undefined && values.erase) {
          const operator = await operatorOf('audit-log --erase', deployed?.aws)
          if (!values.yes) await confirm(io, `Take personal data out of all records of the client ${client}?`)
          const erased = await erase(runtime, { service: own, client, by: operator.by })
          io.out(`${erased} items of records have no personal data of the client ${client} any more`)
          return
        }
        const chosen = { ...periodOf(values, runtime.now()), client, credential: values.credential }
        await list(runtime, service, chosen, values.json, io)
      }),
    )
    return 0
  },
})

interface Chosen extends Period, Selection {}

async function list(
  { store, now }: Runtime,
  service: number | undefined,
  chosen: Chosen,
  isJson: boolean,
  { out }: Io,
): Promise<void> {
  const audit = store.audit
  for await (const record of audit.records(service, chosen)) {
    if (!isSelected(record, chosen)) continue
    const settled = await audit.settle(record, now())
    for (const line of isJson ? [JSON.stringify(settled)] : linesOf(settled)) out(line)
  }
}

function linesOf({
  at,
  by,
  address,
  requestId,
  operation,
  settlement,
  outcome,
  writes,
}: SettledRecord): string[] {
  const time = new Date(at * 1000).toISOString()
  const from = [by, address, requestId].filter((part) => part !== undefined).join(', ')
  const reason = outcome?.reason === undefined ? '' : ` (${outcome.reason})`
  // A record lists some items only, and its outcome counts the others.
  const count = outcome?.others ?? (writes.length > 1 ? 'perhaps' : 0)
  return [
    `${time} ${operation}: ${settlement}${reason}, by ${from}`,
    ...writes.flatMap(({ kind, key, client, removal, members, settlement: own }) => [
      `  ${kind} ${client ?? key['sk'] ?? key['id'] ?? ''}${removal === true ? ' removed' : ''}: ${own}`,
      ...members.map(({ name, from: before = '-', to = '-' }) => `    ${name}: ${before} -> ${to}`),
    ]),
    ...(count === 0 ? [] : [`  and ${count} other items`]),
  ]
}

/** Records stay for 3,660 days at most. */
const ALL_SECONDS = 3_660 * 86_400

async function erase(
  { store, now }: Runtime,
  about: { readonly service: number; readonly client: number; readonly by: string },
): Promise<number> {
  const audit = store.audit
  const period = { from: addSeconds(now(), -ALL_SECONDS), to: now() }
  return audit.erase({ ...about, operation: 'audit-log --erase', at: now() }, period)
}

const MONTH_SECONDS = 31 * 86_400

function periodOf(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: EpochSeconds,
): Period {
  const to = timeOf('until', until) ?? now
  return { from: timeOf('since', since) ?? addSeconds(to, -MONTH_SECONDS), to }
}

/** @throws Complaint */
function timeOf(option: string, text: string | undefined): EpochSeconds | undefined {
  if (text === undefined) return undefined
  const milliseconds = Date.parse(text)
  if (Number.isNaN(milliseconds))
    throw new Complaint(`--${option} must be a day or a time, such as 2026-12-01: not ${text}`)
  return Math.floor(milliseconds / 1000) as EpochSeconds
}

/** @throws Complaint */
function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]+$/.test(text)) throw new Complaint(`--${option} must be a number: not ${text}`)
  return Number(text)
}
