import { matches } from '../filter-pattern.ts'
import { difference, lambdas, ofType, properties, type Rules, set, type Template } from './template.ts'

interface Alarm {
  Namespace?: string
  MetricName?: string
  Threshold?: number
}
interface MetricFilter {
  LogGroupName: { Ref: string }
  FilterPattern: string
  MetricTransformations: { MetricNamespace: string; MetricName: string }[]
}
interface Stage {
  AccessLogSettings: { Format: string }
}

const alarms = (template: Template) =>
  ofType<Alarm>(template, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({ id, ...Properties }))
const filters = (template: Template) =>
  ofType<MetricFilter>(template, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties)

/** Members of the log line that the filters read (shared/runtime/log.ts). */
const LINE_MEMBERS = ['reason', 'ended']

const MTLS = 'mtls.auth.example.com'
/** Lines of a log group, and the metrics that count them. */
const COUNTED: readonly [
  group: string,
  line: Readonly<Record<string, string>>,
  metrics: readonly string[],
][] = [
  ['TokenLogGroup', { outcome: 'OK' }, []],
  ['TokenLogGroup', { reason: 'client-unknown' }, ['Refusals']],
  ['TokenLogGroup', { reason: 'refresh-certificate-differs' }, ['Refusals', 'StolenTokens']],
  ['TokenLogGroup', { reason: 'code-unknown', ended: 'code-replay' }, ['Refusals', 'Replays']],
  ['TokenLogGroup', { reason: 'route-unknown' }, []],
  ['TokenLogGroup', { reason: 'domain-other' }, []],
  ['DiscoveryLogGroup', { reason: 'document-other' }, []],
  ['ManagementLogGroup', { reason: 'api-not-offered' }, []],
  ['ManagementLogGroup', { outcome: 'NOT_EXIST', reason: 'authlete-api-not-offered' }, []],
  ['HttpApiLogGroup', { status: '200', domain: MTLS, route: 'ANY /token' }, []],
  ['HttpApiLogGroup', { status: '403', domain: MTLS, route: '-', integrationStatus: '-' }, ['LockedOut']],
  // A token without the scope that was asked for.
  [
    'HttpApiLogGroup',
    { status: '403', domain: MTLS, route: 'ANY /introspection', integrationStatus: '200' },
    [],
  ],
  ['HttpApiLogGroup', { status: '403', domain: 'auth.example.com', route: 'ANY /api/client/create' }, []],
  ['HttpApiLogGroup', { status: '429', domain: MTLS, route: 'ANY /token' }, ['Throttled']],
  ['HttpApiLogGroup', { status: '429', domain: MTLS, route: 'ANY /api/{proxy+}' }, []],
  ['HttpApiLogGroup', { status: '429', domain: MTLS, route: 'ANY /api/client/authorization/{proxy+}' }, []],
  [
    'HttpApiLogGroup',
    { status: '429', domain: MTLS, route: 'ANY /api/{serviceId}/client/authorization/{proxy+}' },
    [],
  ],
]

/** Metrics that filters make of log lines. */
export const COUNTING_RULES: Rules = {
  'refusals of every function are counted': {
    complaints: (template) => {
      const counting = filters(template).filter(({ MetricTransformations }) =>
        MetricTransformations.some(({ MetricName }) => MetricName === 'Refusals'),
      )
      return difference(
        counting.map(({ LogGroupName }) => LogGroupName.Ref),
        lambdas(template).map(([id]) => id.replace('LambdaFunction', 'LogGroup')),
      )
    },
    broken: {
      'a function whose refusals are not counted': set('TokenRefusals', undefined),
    },
  },

  'filters read members that their lines have': {
    complaints: (template) => {
      const { Format } = properties<Stage>(template, 'HttpApiStage').AccessLogSettings
      const accessMembers = Object.keys(JSON.parse(Format) as object)
      return filters(template).flatMap(({ FilterPattern, LogGroupName }) => {
        const known = LogGroupName.Ref === 'HttpApiLogGroup' ? accessMembers : LINE_MEMBERS
        const read = [...FilterPattern.matchAll(/\$\.(\w+)/g)].map(([, member]) => member ?? '')
        return read.filter((member) => !known.includes(member))
      })
    },
    broken: {
      'a member that no line has': set('TokenRefusals.Properties.FilterPattern', '{ $.refused = "*" }'),
      'a member that the access log does not have': set(
        'ThrottledFilter.Properties.FilterPattern',
        '{ $.code = "429" }',
      ),
    },
  },

  'a refusal, a replay, a lock-out and a full limit are counted, and what scanners cause is not': {
    complaints: (template) =>
      COUNTED.flatMap(([group, line, metrics]) => {
        const found = filters(template)
          .filter((filter) => filter.LogGroupName.Ref === group && matches(filter.FilterPattern, line))
          .flatMap(({ MetricTransformations }) => MetricTransformations.map(({ MetricName }) => MetricName))
        return difference(found, metrics).map((wrong) => `${JSON.stringify(line)} ${wrong}`)
      }),
    broken: {
      'scanners that raise an alarm': set('TokenRefusals.Properties.FilterPattern', '{ $.reason = "*" }'),
      'replays that are not counted': set('TokenReplays', undefined),
      'clients that are locked out in silence': set('LockedOutFilter', undefined),
      'missing scopes that count as lock-outs': set(
        'LockedOutFilter.Properties.FilterPattern',
        `{ ($.status = "403") && ($.domain = "${MTLS}") }`,
      ),
      'unknown paths that fill a limit': set(
        'ThrottledFilter.Properties.FilterPattern',
        '{ $.status = "429" }',
      ),
    },
  },

  'the first replay raises an alarm': {
    complaints: (template) =>
      alarms(template)
        .filter(({ MetricName, Threshold }) => MetricName === 'Replays' && Threshold !== 1)
        .map(({ id }) => id),
    broken: {
      'a threshold of five': set('ReplaysAlarm.Properties.Threshold', 5),
    },
  },

  'alarms and filters name the same metrics': {
    complaints: (template) => {
      const counted = filters(template).flatMap(({ MetricTransformations }) =>
        MetricTransformations.map(({ MetricNamespace, MetricName }) => `${MetricNamespace} ${MetricName}`),
      )
      const asked = alarms(template).map(
        ({ Namespace = 'AWS/', MetricName = '' }) => `${Namespace} ${MetricName}`,
      )
      return difference(
        counted,
        asked.filter((metric) => !metric.startsWith('AWS/')),
      )
    },
    broken: {
      'another namespace': set('TokenRefusals.Properties.MetricTransformations.0.MetricNamespace', 'other'),
    },
  },
}
