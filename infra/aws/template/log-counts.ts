import type { ListLine, LogLine, NoticeLine } from '../../../shared/runtime/log.ts'
import { type Reason, refusalRows } from '../../../shared/refusal/refusal.ts'
import type { Row } from '../../../shared/refusal/row.ts'
import type { AccessMember } from './access-log.ts'
import { ref } from './cloudformation.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type FunctionName, FUNCTIONS, GATEWAY_ROUTES } from './functions.ts'
import { logGroupId, logicalName } from './logical-ids.ts'

/** A metric that filters count in log lines. Alarms of alarms.ts watch them, except the refusals of unknown callers. */
export type Count =
  | ('LockedOut' | 'Refusals' | 'Replays' | 'StolenTokens' | 'Throttled' | 'UnauthenticatedRefusals')
  | 'EndingCertificates'
  | `FreshList-${string}`

export const namespaceOf = (stage: string): string => `certbound/${stage}`

/**
 * Filters over the logs. Each request logs a line of JSON (shared/runtime/log.ts). It contains
 * `reason` if the request was refused, and `ended` if a code or refresh token was used again. Requests that API Gateway refuses reach no
 * function and are only in the access log (access-log.ts).
 */
export function logCounts({
  stage,
  mtlsDomain,
  crl,
}: Pick<DeploymentSettings, 'stage' | 'mtlsDomain' | 'crl'>) {
  const count = (group: `${string}LogGroup`, metric: Count, FilterPattern: string) => {
    const named = { MetricNamespace: namespaceOf(stage), MetricName: metric }
    const transformation = { ...named, MetricValue: '1', DefaultValue: 0, Unit: 'Count' }
    const Properties = { LogGroupName: ref(group), FilterPattern, MetricTransformations: [transformation] }
    return { Type: 'AWS::Logs::MetricFilter', Properties }
  }
  const ofFunction = (name: FunctionName, metric: Count, pattern: string) =>
    [`${logicalName(name)}${metric}`, count(logGroupId(name), metric, pattern)] as const
  const all = [
    ...FUNCTIONS.flatMap(([name]) => [
      ofFunction(name, 'Refusals', REFUSED),
      ofFunction(name, 'UnauthenticatedRefusals', REFUSED_UNKNOWN),
      ofFunction(name, 'StolenTokens', STOLEN),
    ]),
    ofFunction('token', 'Replays', REPLAYED),
    ofFunction('certificate-lists', 'EndingCertificates', NOTICES),
    ...(crl?.sources ?? []).map(
      ({ name }) =>
        [
          `${name}FreshList`,
          count(logGroupId('certificate-lists'), `FreshList-${name}`, freshList(name)),
        ] as const,
    ),
    ['LockedOutFilter', count('HttpApiLogGroup', 'LockedOut', lockedOut(mtlsDomain.name))] as const,
    ['ThrottledFilter', count('HttpApiLogGroup', 'Throttled', THROTTLED)] as const,
  ]
  return Object.fromEntries(all)
}

/** A term of a pattern for lines of JSON with these members. */
type Term<Member extends string> =
  `$.${Member} ${'= "' | '!= "'}${string}"` | `$.${Member} > 0` | `$.${Member} NOT EXISTS`
type Terms<Member extends string> = readonly Term<Member>[]

const joined = (connective: '&&' | '||', terms: readonly string[]) =>
  terms.map((term) => `(${term})`).join(` ${connective} `)
/** Patterns that match if all terms hold. */
const linePattern = (...terms: Terms<keyof LogLine>) => `{ ${joined('&&', terms)} }`
const accessPattern = (...terms: Terms<AccessMember>) => `{ ${joined('&&', terms)} }`

/** Reasons that do not count. Authorization servers that use other APIs of Authlete cause the first. The others are 5xx answers, which
 * have their own alarm. */
const OTHERS: readonly Reason[] = ['authlete-api-not-offered', 'unavailable', 'internal']
/**
 * Refusals of callers with a credential of the Web API, or about an existing client. Anyone can cause other refusals, with unknown paths or
 * without credentials.
 */
const REFUSED = `{ ($.reason = "*") && (($.credential = "*") || ($.client > 0)) && ${joined(
  '&&',
  OTHERS.map((reason) => `$.reason != "${reason}"`),
)} }`
const REFUSED_UNKNOWN = linePattern('$.reason = "*"', '$.credential NOT EXISTS', '$.client NOT EXISTS')

const STOLEN = `{ ${joined(
  '||',
  Object.entries<Row>(refusalRows()).flatMap(([reason, [, , , , mark]]) =>
    mark === 'theft' ? [`$.reason = "${reason}"`] : [],
  ),
)} }`

/** A run that has found all lists of a source fresh. */
const freshList = (source: string) => {
  const terms: Terms<keyof ListLine> = [`$.list = "${source}"`, '$.outcome = "fresh"']
  return `{ ${joined('&&', terms)} }`
}

const NOTICE: Term<keyof NoticeLine> = '$.noticeDays > 0'
const NOTICES = `{ (${NOTICE}) }`

const REPLAYED = linePattern('$.ended = "*"')

/**
 * API Gateway answers 403 if a certificate is not trusted or has expired, and logs the request (http-api-mutual-tls.html;
 * https://repost.aws/knowledge-center/api-gateway-mutual-tls-403-errors). Functions also answer 403, for
 * example for a missing scope. Then Lambda has answered 200 (`$context.integrationStatus`, http-api-logging-variables.html).
 */
const lockedOut = (mtlsDomain: string) =>
  accessPattern('$.status = "403"', `$.domain = "${mtlsDomain}"`, '$.integrationStatus != "200"')

/** Scanners try unknown paths, which belong to the routes that end with {proxy+}. These do not count. */
const THROTTLED = accessPattern(
  '$.status = "429"',
  ...GATEWAY_ROUTES.filter(({ key }) => key.endsWith('/{proxy+}')).map(
    ({ key }): Term<AccessMember> => `$.route != "${key}"`,
  ),
)
