import {
  attribute,
  difference,
  lambdas,
  ofType,
  properties,
  ref,
  type Rules,
  same,
  type Template,
  unless,
} from './template.ts'

interface Metric {
  MetricStat?: { Metric: { Namespace: string; MetricName: string; Dimensions: { Value: { Ref: string } }[] } }
  Expression?: string
  ReturnData: boolean
}
interface Alarm {
  MetricName?: string
  Metrics?: Metric[]
  AlarmActions?: unknown
}
interface MetricFilter {
  LogGroupName: { Ref: string }
  FilterPattern: string
  MetricTransformations: { MetricNamespace: string; MetricName: string }[]
}
interface Stage {
  AccessLogSettings?: { Format: string; DestinationArn: unknown }
}

const alarms = (template: Template) => ofType<Alarm>(template, 'AWS::CloudWatch::Alarm')
const alarm = (template: Template, id: string) => properties<Alarm>(template, id)
const logGroups = (template: Template) =>
  ofType<{ RetentionInDays?: number }>(template, 'AWS::Logs::LogGroup')
const filters = (template: Template) => ofType<MetricFilter>(template, 'AWS::Logs::MetricFilter')
const logGroupOf = (lambda: string) => lambda.replace('LambdaFunction', 'LogGroup')

/** Of the request only its route, and of the certificate only what is public. */
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
  'identity.clientCert.subjectDN',
  'identity.clientCert.issuerDN',
  'identity.clientCert.serialNumber',
  'identity.clientCert.validity.notAfter',
]

/** Members of the log line that the filters read (shared/log.ts). */
const LINE_MEMBERS = ['reason', 'ended']

function watched(template: Template, metricName: string): string[] {
  return alarms(template).flatMap(([, { Properties }]) =>
    (Properties.Metrics ?? []).flatMap(({ MetricStat }) => {
      const { Namespace, MetricName, Dimensions } = MetricStat?.Metric ?? { Dimensions: [] }
      return Namespace === 'AWS/Lambda' && MetricName === metricName
        ? Dimensions.map(({ Value }) => Value.Ref)
        : []
    }),
  )
}

const ofFunctions = (metricName: string) => (template: Template) =>
  difference(
    watched(template, metricName),
    lambdas(template).map(([id]) => id),
  )

/** Alarms and logs. */
export const WATCHING_RULES: Rules = {
  'errors of every function are watched': {
    complaints: ofFunctions('Errors'),
    broken: {
      'a function that nobody watches': (template) => alarm(template, 'FunctionErrorsAlarm').Metrics?.pop(),
    },
  },
  'throttles of every function are watched': {
    complaints: ofFunctions('Throttles'),
    broken: {
      'a function that nobody watches': (template) =>
        alarm(template, 'FunctionThrottlesAlarm').Metrics?.pop(),
    },
  },

  'an alarm adds up at most ten metrics, and is sent to the topic': {
    complaints: (template) =>
      unless(alarms(template), ({ Properties: { Metrics = [], AlarmActions } }) => {
        const sums = Metrics.filter(({ ReturnData }) => ReturnData).map(({ Expression }) => Expression)
        const right = Metrics.length === 0 || (same(sums, ['SUM(METRICS())']) && Metrics.length <= 11)
        return right && same(AlarmActions, [ref('AlarmTopic')])
      }),
    broken: {
      'an alarm without a topic': (template) => delete alarm(template, 'LatencyAlarm').AlarmActions,
      'too many metrics': (template) => {
        const { Metrics = [] } = alarm(template, 'FunctionErrorsAlarm')
        Metrics.push(...structuredClone(Metrics.slice(1)))
      },
    },
  },

  'alarms watch errors and latency of the API, and refusals in the log': {
    complaints: (template) =>
      difference(
        alarms(template).flatMap(([, { Properties }]) => Properties.MetricName ?? []),
        ['5xx', 'Latency', 'Refusals', 'StolenTokens'],
      ),
    broken: {
      'no alarm for the latency': (template) => delete template.Resources['LatencyAlarm'],
    },
  },

  'refusals of every function are counted, by members that log lines have': {
    complaints: (template) => {
      const counting = filters(template).filter(([, { Properties }]) => counts(Properties, 'Refusals'))
      const members = filters(template).flatMap(([, { Properties }]) =>
        [...Properties.FilterPattern.matchAll(/\$\.(\w+)/g)].map(([, member]) => member ?? ''),
      )
      return [
        ...difference(
          counting.map(([, { Properties }]) => Properties.LogGroupName.Ref),
          lambdas(template).map(([id]) => logGroupOf(id)),
        ),
        ...difference(members, LINE_MEMBERS),
      ]
    },
    broken: {
      'a function whose refusals are not counted': (template) => delete template.Resources['TokenRefusals'],
      'a member that no line has': (template) =>
        (properties<MetricFilter>(template, 'TokenRefusals').FilterPattern = '{ $.refused = "*" }'),
    },
  },

  'alarms and filters name the same metrics': {
    complaints: (template) => {
      const counted = filters(template).flatMap(([, { Properties }]) =>
        Properties.MetricTransformations.map(
          ({ MetricNamespace, MetricName }) => `${MetricNamespace} ${MetricName}`,
        ),
      )
      const own = ofType<{ Namespace?: string; MetricName?: string }>(template, 'AWS::CloudWatch::Alarm')
      const asked = own.flatMap(
        ([
          ,
          {
            Properties: { Namespace = 'AWS/', MetricName = '' },
          },
        ]) => (Namespace.startsWith('AWS/') ? [] : [`${Namespace} ${MetricName}`]),
      )
      return difference(counted, asked)
    },
    broken: {
      'another namespace': (template) => {
        const [transformation] = properties<MetricFilter>(template, 'TokenRefusals').MetricTransformations
        if (transformation !== undefined) transformation.MetricNamespace = 'other'
      },
    },
  },

  'every log has a retention': {
    complaints: (template) =>
      unless(logGroups(template), ({ Properties }) => Number(Properties.RetentionInDays) > 0),
    broken: {
      'a log without a retention': (template) =>
        delete template.Resources['TokenLogGroup']?.Properties['RetentionInDays'],
    },
  },

  'access is logged without anything that could be secret': {
    complaints: (template) => {
      const { Format = '', DestinationArn } =
        properties<Stage>(template, 'HttpApiStage').AccessLogSettings ?? {}
      const names = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name ?? '')
      const isJson =
        Format === '' || typeof JSON.parse(Format.replace(/\$context\.[\w.]+/g, 'x')) === 'object'
      return [
        ...difference(names, LOGGED),
        ...(isJson && same(DestinationArn, attribute('HttpApiLogGroup', 'Arn')) ? [] : ['no log group']),
      ]
    },
    broken: {
      'no access log': (template) => delete properties<Stage>(template, 'HttpApiStage').AccessLogSettings,
      'the path, which can have a token': (template) => {
        const { AccessLogSettings } = properties<Stage>(template, 'HttpApiStage')
        if (AccessLogSettings !== undefined) AccessLogSettings.Format = '{"path":"$context.path"}'
      },
    },
  },

  'the outputs name the targets of DNS, the tables, the topic and all functions': {
    complaints: ({ Outputs, ...template }) => {
      const values = Object.values(Outputs).map(({ Value }) => JSON.stringify(Value))
      const targets = ['MtlsDomain', 'PlainDomain'].flatMap((id) => [
        ref(id),
        attribute(id, 'RegionalDomainName'),
        attribute(id, 'RegionalHostedZoneId'),
      ])
      const names = ['HttpApi', 'RegistryTable', 'GrantsTable', 'AlarmTopic'].map(ref)
      const arns = lambdas({ Outputs, ...template }).map(([id]) => attribute(id, 'Arn'))
      const wanted = [...targets, ...names, ...arns].map((value) => JSON.stringify(value))
      return wanted.filter((value) => !values.includes(value))
    },
    broken: {
      'no target for DNS': ({ Outputs }) => delete Outputs['MtlsDomainTarget'],
      'a function without its ARN': ({ Outputs }) => delete Outputs['DiscoveryFunctionArn'],
    },
  },
}

function counts({ MetricTransformations }: MetricFilter, name: string): boolean {
  return MetricTransformations.some(({ MetricName }) => MetricName === name)
}
