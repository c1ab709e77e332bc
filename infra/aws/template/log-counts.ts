import type { PlainReason } from '../../../shared/lambda/answer.ts'
import type { LogLine } from '../../../shared/runtime/log.ts'
import { type Reason, REFUSALS } from '../../../shared/refusal/refusal.ts'
import type { Row } from '../../../shared/refusal/row.ts'
import type { AccessMember } from './access-log.ts'
import { ref } from './cloudformation.ts'
import { type FunctionName, FUNCTIONS, KEYED_ROUTES } from './functions.ts'
import { logGroupId, logicalName } from './logical-ids.ts'

/** A metric that filters make of log lines. An alarm of alarms.ts watches each. */
export type Count = 'LockedOut' | 'Refusals' | 'Replays' | 'StolenTokens' | 'Throttled'

export const namespaceOf = (stage: string): string => `certbound/${stage}`

/**
 * Filters over the logs. Each request logs a line of JSON (shared/runtime/log.ts). It has `reason` if the request was refused, and `ended` if a
 * code or a refresh token was used again. What API Gateway refuses reaches no function, and is only in the access log (access-log.ts).
 */
export function logCounts(stage: string, mtlsDomain: string) {
  const count = (group: `${string}LogGroup`, metric: Count, FilterPattern: string) => {
    const named = { MetricNamespace: namespaceOf(stage), MetricName: metric }
    const transformation = { ...named, MetricValue: '1', DefaultValue: 0, Unit: 'Count' }
    const Properties = { LogGroupName: ref(group), FilterPattern, MetricTransformations: [transformation] }
    return { Type: 'AWS::Logs::MetricFilter', Properties }
  }
  const ofFunction = (name: FunctionName, metric: Count, pattern: string) =>
    [`${logicalName(name)}${metric}`, count(logGroupId(name), metric, pattern)] as const
  const all = [
    ...FUNCTIONS.map(([name]) => ofFunction(name, 'Refusals', REFUSED)),
    ...JUDGES.map((name) => ofFunction(name, 'StolenTokens', STOLEN)),
    ofFunction('token', 'Replays', REPLAYED),
    ['LockedOutFilter', count('HttpApiLogGroup', 'LockedOut', lockedOut(mtlsDomain))] as const,
    ['ThrottledFilter', count('HttpApiLogGroup', 'Throttled', THROTTLED)] as const,
  ]
  return Object.fromEntries(all)
}

type Term<Member> = readonly [member: Member, operator: '=' | '!=', text: string]

/** A pattern over lines of JSON with these members: all of its terms hold, or any of them. */
function pattern<Member extends string>(connective: '&&' | '||', terms: readonly Term<Member>[]): string {
  const written = terms.map(([member, operator, text]) => `$.${member} ${operator} "${text}"`)
  return written.length === 1
    ? `{ ${written.join('')} }`
    : `{ ${written.map((term) => `(${term})`).join(` ${connective} `)} }`
}
const ofLine = pattern<keyof LogLine>
const ofAccess = pattern<AccessMember>

/** Anyone who tries paths on a domain causes these, and a server in front that uses more of Authlete: they raise no alarm. */
const UNKNOWN_PATH_REASONS: readonly (Reason | PlainReason)[] = [
  ...(['route-unknown', 'domain-other', 'document-other'] as const),
  ...(['api-not-offered', 'authlete-api-not-offered'] as const),
]
const REFUSED = ofLine('&&', [
  ['reason', '=', '*'],
  ...UNKNOWN_PATH_REASONS.map((reason) => ['reason', '!=', reason] as const),
])

/** The functions that compare the holder of a token or code with its binding. */
const JUDGES = ['token', 'introspection', 'authorizer', 'userinfo'] as const satisfies FunctionName[]
const STOLEN = ofLine(
  '||',
  Object.entries<Row>(REFUSALS).flatMap(([reason, [, , , , mark]]) =>
    mark === 'theft' ? [['reason', '=', reason] as const] : [],
  ),
)

const REPLAYED = ofLine('&&', [['ended', '=', '*']])

/**
 * API Gateway answers 403 to a certificate that is not trusted or has expired, and logs the request (http-api-mutual-tls.html;
 * https://repost.aws/knowledge-center/api-gateway-mutual-tls-403-errors). A function answers 403, too: for a missing scope, for
 * example. Then Lambda has answered 200 (`$context.integrationStatus`, http-api-logging-variables.html).
 */
const lockedOut = (mtlsDomain: string) =>
  ofAccess('&&', [
    ['status', '=', '403'],
    ['domain', '=', mtlsDomain],
    ['integrationStatus', '!=', '200'],
  ])

/** Scanners try unknown paths, which are those of the routes that end with {proxy+}. */
const THROTTLED = ofAccess('&&', [
  ['status', '=', '429'],
  ...KEYED_ROUTES.filter(({ key }) => key.endsWith('/{proxy+}')).map(
    ({ key }) => ['route', '!=', key] as const,
  ),
])
