import {
  append,
  attribute,
  difference,
  has,
  lambdas,
  ofType,
  properties,
  ref,
  type Rules,
  same,
  set,
  type Template,
  unless,
} from './template.ts'

interface Metric {
  MetricStat?: { Metric: { Namespace: string; MetricName: string; Dimensions: { Value: { Ref: string } }[] } }
  Expression?: string
  ReturnData: boolean
}
interface Alarm {
  Namespace?: string
  MetricName?: string
  Metrics?: Metric[]
  AlarmActions?: unknown
}
interface Stage {
  AccessLogSettings?: { Format: string; DestinationArn: unknown }
}

const alarms = (template: Template) =>
  ofType<Alarm>(template, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({ id, ...Properties }))
const lambdaIds = (template: Template) => lambdas(template).map(([id]) => id)

/** Only the route of the request, and of the certificate nothing that its owner words. */
const LOGGED = [
  'requestId',
  'requestTime',
  'identity.sourceIp',
  'domainName',
  'routeKey',
  'httpMethod',
  'status',
  'responseLatency',
  'responseLength',
  'integrationStatus',
  'integrationErrorMessage',
  'error.message',
  'identity.clientCert.serialNumber',
  'identity.clientCert.validity.notAfter',
]

const watched = (metricName: string) => (template: Template) => {
  const metrics = alarms(template).flatMap(({ Metrics = [] }) => Metrics.flatMap((it) => it.MetricStat ?? []))
  const ofLambda = metrics.filter(({ Metric }) =>
    has(Metric, { Namespace: 'AWS/Lambda', MetricName: metricName }),
  )
  const names = ofLambda.flatMap(({ Metric }) => Metric.Dimensions.map(({ Value }) => Value.Ref))
  return difference(names, lambdaIds(template))
}

/** Alarms and logs. */
export const WATCHING_RULES: Rules = {
  'errors of every function are watched': {
    complaints: watched('Errors'),
    broken: {
      'a function that nobody watches': set('FunctionErrorsAlarm.Properties.Metrics.1', {}),
    },
  },
  'throttles of every function are watched': {
    complaints: watched('Throttles'),
    broken: {
      'a function that nobody watches': set('FunctionThrottlesAlarm.Properties.Metrics.1', {}),
    },
  },

  'an alarm adds up at most ten metrics, and is sent to the topic': {
    complaints: (template) =>
      alarms(template).flatMap(({ id, Metrics = [], AlarmActions }) => {
        const sums = Metrics.filter(({ ReturnData }) => ReturnData).map(({ Expression }) => Expression)
        const isSum = Metrics.length === 0 || (same(sums, ['SUM(METRICS())']) && Metrics.length <= 11)
        return isSum && same(AlarmActions, [ref('AlarmTopic')]) ? [] : [id]
      }),
    broken: {
      'an alarm without a topic': set('LatencyAlarm.Properties.AlarmActions', undefined),
      'too many metrics': append(
        'FunctionErrorsAlarm.Properties.Metrics',
        ...Array.from({ length: 10 }, () => ({ ReturnData: false })),
      ),
    },
  },

  'alarms watch errors and latency of the API, refusals in the logs, and what the gateway refuses': {
    complaints: (template) =>
      difference(
        alarms(template).flatMap(({ MetricName = [] }) => MetricName),
        ['5xx', 'Latency', 'Refusals', 'StolenTokens', 'Replays', 'LockedOut', 'Throttled'],
      ),
    broken: {
      'no alarm for the latency': set('LatencyAlarm', undefined),
    },
  },

  'every log has a retention': {
    complaints: (template) =>
      unless(
        ofType<{ RetentionInDays?: number }>(template, 'AWS::Logs::LogGroup'),
        ({ Properties }) => Number(Properties.RetentionInDays) > 0,
      ),
    broken: {
      'a log without a retention': set('TokenLogGroup.Properties.RetentionInDays', undefined),
    },
  },

  'access is logged in both stages as JSON, without anything secret and any text of a stranger': {
    complaints: (template) =>
      ['HttpApiStage', 'PlainStage'].flatMap((id) => {
        const { Format = '', DestinationArn } = properties<Stage>(template, id).AccessLogSettings ?? {}
        const names = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name ?? '')
        // API Gateway writes `-` for what does not exist.
        const isJson =
          Format === '' || typeof JSON.parse(Format.replace(/\$context\.[\w.]+/g, '-')) === 'object'
        return [
          ...difference(names, LOGGED),
          ...(isJson && same(DestinationArn, attribute('HttpApiLogGroup', 'Arn'))
            ? []
            : [`${id}: no log group`]),
        ]
      }),
    broken: {
      'no access log': set('PlainStage.Properties.AccessLogSettings', undefined),
      'the path, which can have a token': set(
        'HttpApiStage.Properties.AccessLogSettings.Format',
        '{"path":"$context.path"}',
      ),
      'a name that the owner of a certificate chooses': set(
        'HttpApiStage.Properties.AccessLogSettings.Format',
        '{"certificateSubject":"$context.identity.clientCert.subjectDN"}',
      ),
    },
  },

  'the outputs name the targets of DNS, the tables, the topic and all functions': {
    complaints: (template) => {
      const values = Object.values(template.Outputs).map(({ Value }) => JSON.stringify(Value))
      const targets = ['MtlsDomain', 'PlainDomain'].flatMap((id) => [
        ref(id),
        attribute(id, 'RegionalDomainName'),
        attribute(id, 'RegionalHostedZoneId'),
      ])
      const names = ['HttpApi', 'RegistryTable', 'GrantsTable', 'AlarmTopic'].map(ref)
      const arns = lambdaIds(template).map((id) => attribute(id, 'Arn'))
      const wanted = [...targets, ...names, ...arns].map((value) => JSON.stringify(value))
      return wanted.filter((value) => !values.includes(value))
    },
    broken: {
      'no target for DNS': set('Outputs.MtlsDomainTarget', undefined),
      'a function without its ARN': set('Outputs.DiscoveryFunctionArn', undefined),
    },
  },
}
