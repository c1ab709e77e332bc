import type { LogLine } from '../../../shared/runtime/log.ts'
import type { AccessMember } from './access-log.ts'
import { ref } from './cloudformation.ts'
import { FUNCTIONS } from './functions.ts'
import { logGroupId, logicalName } from './logical-ids.ts'

/** A saved query of CloudWatch Logs Insights. */
interface Query {
  readonly over: 'functions' | 'access' | 'both'
  /** The members of log lines that it names. */
  readonly members: readonly (keyof LogLine | AccessMember | 'cause' | 'change')[]
  readonly lines: readonly string[]
}

const NEWEST = ['sort @timestamp desc', 'limit 200']

const ALL = {
  'refusals of a client': {
    over: 'functions',
    members: ['reason', 'client', 'endpoint', 'outcome', 'thumbprint', 'credential', 'ended', 'requestId'],
    lines: [
      '# for one client: filter client = 1234',
      'filter ispresent(reason)',
      'fields @timestamp, client, reason, endpoint, outcome, thumbprint, credential, ended, requestId',
      ...NEWEST,
    ],
  },
  'history of a certificate': {
    over: 'both',
    members: [
      'certificateSerial',
      'certificateEnd',
      'thumbprint',
      'requestId',
      'ip',
      'client',
      'endpoint',
      'status',
      'reason',
    ],
    lines: [
      '# for one certificate, in the access log and with the tokens that are bound to it; requestId joins both lines:',
      '# filter certificateSerial = "..." or thumbprint = "..."',
      'filter certificateSerial != "-" or ispresent(thumbprint)',
      'fields @timestamp, requestId, certificateSerial, certificateEnd, ip, status, thumbprint, client, endpoint, reason',
      ...NEWEST,
    ],
  },
  'changes by credential': {
    over: 'functions',
    members: ['change', 'requestId'],
    lines: [
      '# a record has a line for each of its writes, and one for its outcome: requestId joins them',
      'filter ispresent(change.audited.by) or ispresent(change.write.kind) or ispresent(change.outcome.others)',
      'fields @timestamp, requestId, change.audited.by, change.audited.operation, change.audited.address, change.audited.service, change.write.kind, change.write.client, change.write.members.0.name, change.outcome.reason',
      ...NEWEST,
    ],
  },
  'top clients': {
    over: 'functions',
    members: ['client', 'endpoint', 'milliseconds'],
    lines: [
      'filter ispresent(client)',
      'stats count(*) as requests, pct(milliseconds, 99) as slow by client, endpoint',
      'sort requests desc',
      'limit 50',
    ],
  },
  failures: {
    over: 'functions',
    members: ['endpoint', 'service', 'client', 'requestId', 'cause'],
    lines: [
      '# the second kind of line comes from Lambda itself',
      'filter ispresent(cause.message) or @message like /Task timed out|Runtime exited|Status: error/',
      'fields @timestamp, @log, endpoint, cause.message, service, client, requestId, @message',
      ...NEWEST,
    ],
  },
  'answers by address': {
    over: 'access',
    members: ['domain', 'route', 'status', 'ip', 'certificateSerial', 'error'],
    lines: [
      'filter status >= 400',
      'stats count(*) as answers, max(@timestamp) as last by domain, status, route, ip, certificateSerial, error',
      'sort answers desc',
      'limit 100',
    ],
  },
} as const satisfies Readonly<Record<string, Query>>

export type QueryName = keyof typeof ALL
export const QUERIES: Readonly<Record<QueryName, Query>> = ALL

/** The name of a saved query. The part before the slash is a folder in the AWS console. */
export const savedName = (stage: string, name: QueryName) => `certbound-${stage}/${name}`

const FUNCTION_LOGS = FUNCTIONS.map(([name]) => ref(logGroupId(name)))
const ACCESS_LOGS = [ref('HttpApiLogGroup')]
const GROUPS = { functions: FUNCTION_LOGS, access: ACCESS_LOGS, both: [...FUNCTION_LOGS, ...ACCESS_LOGS] }

export function savedQueries(stage: string): Readonly<Record<string, object>> {
  const queries = Object.entries(QUERIES) as [QueryName, Query][]
  return Object.fromEntries(
    queries.map(([name, { over, lines }]) => {
      const QueryString = lines.map((line) => (line.startsWith('#') ? line : `| ${line}`)).join('\n')
      const Properties = { Name: savedName(stage, name), QueryString, LogGroupNames: GROUPS[over] }
      return [
        `${logicalName(name.replaceAll(' ', '-'))}Query`,
        { Type: 'AWS::Logs::QueryDefinition', Properties },
      ]
    }),
  )
}
