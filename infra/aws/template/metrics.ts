import type { AlarmSettings } from '../settings/alarm-settings.ts'
import { ref, type Value } from './cloudformation.ts'

export const PERIOD = 300

interface Metric {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: readonly { readonly Name: string; readonly Value: Value }[]
}

export function metric(
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, Value>> = {},
): Metric {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
  return { Namespace, MetricName, Dimensions }
}

export const API_DIMENSION = { ApiId: ref('HttpApi') }
export const REQUESTS = metric('AWS/ApiGateway', 'Count', API_DIMENSION)
export const MTLS_REQUESTS = metric('AWS/ApiGateway', 'Count', { ...API_DIMENSION, Stage: '$default' })

export const sum = (watched: Metric, Threshold: number) => ({
  ...watched,
  Statistic: 'Sum',
  Period: PERIOD,
  Threshold,
})

const queried = (Id: string, Metric: Metric) => ({
  ...{ Id, ReturnData: false },
  MetricStat: { Period: PERIOD, Stat: 'Sum', Metric },
})

/** The condition that the count reaches both the minimum number and the share of the requests. */
export function share(counted: Metric, requests: Metric, { percent, atLeast }: AlarmSettings['refusals']) {
  const isMany = `counted >= ${atLeast} AND counted * 100 >= FILL(requests, 0) * ${percent}`
  const Metrics = [
    { Id: 'raised', Expression: `IF(${isMany}, 1, 0)`, ReturnData: true },
    ...[queried('counted', counted), queried('requests', requests)],
  ]
  return { Metrics, Threshold: 1 }
}

/** The sum of metrics, some of which may have no data. */
export function total(metrics: readonly Metric[], Threshold: number) {
  const each = metrics.map((one, i) => queried(`m${i}`, one))
  const Expression = each.map(({ Id }) => `FILL(${Id}, 0)`).join(' + ')
  return { Metrics: [{ Id: 'all', Expression, ReturnData: true }, ...each], Threshold }
}
