import { ofType, type Template } from '../packaged-template.ts'
import { type Line, parsePattern } from './filter-pattern.ts'
import { parseMath } from './metric-math.ts'

interface Filter {
  readonly LogGroupName: { readonly Ref: string }
  readonly FilterPattern: string
  readonly MetricTransformations: readonly {
    readonly MetricNamespace: string
    readonly MetricName: string
    readonly MetricValue: string
    readonly DefaultValue: number
    readonly Unit: string
  }[]
}
interface Metric {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[]
}
interface Query {
  readonly Id: string
  readonly ReturnData: boolean
  readonly Expression?: string
  readonly MetricStat?: { readonly Period: number; readonly Stat: string; readonly Metric: Metric }
}
interface AlarmProperties extends Partial<Metric> {
  readonly Metrics?: readonly Query[]
  readonly Statistic?: string
  readonly ExtendedStatistic?: string
  readonly Period?: number
  readonly EvaluationPeriods: number
  readonly Threshold: number
  readonly ComparisonOperator: string
  readonly TreatMissingData: string
  readonly EvaluateLowSampleCountPercentile?: string
}

/** The properties that alarms of the template use. */
const KNOWN = [
  ...['AlarmDescription', 'AlarmActions', 'OKActions', 'Metrics', 'Namespace', 'MetricName', 'Dimensions'],
  ...['Statistic', 'ExtendedStatistic', 'Period', 'EvaluationPeriods', 'Threshold', 'ComparisonOperator'],
  ...['TreatMissingData', 'EvaluateLowSampleCountPercentile'],
]

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
}
const MISSING: Readonly<Record<string, boolean>> = { breaching: true, notBreaching: false }

/** The values of a metric in a minute, each with its number of samples. */
type Samples = readonly (readonly [value: number, samples: number])[]

/** A CloudWatch with the filters and alarms of a packaged template. It runs minute by minute. @throws Error for what it cannot evaluate */
export function cloudWatch(template: Template) {
  const filters = ofType<Filter>(template, 'Logs::MetricFilter').map(([, filter]) => {
    return { ...filter, matches: parsePattern(filter.FilterPattern) }
  })
  const alarms = ofType<AlarmProperties>(template, 'CloudWatch::Alarm').map(([id, alarm]) => {
    const unknown = Object.keys(alarm).filter((name) => !KNOWN.includes(name))
    if (unknown.length > 0) throw new Error(`cannot evaluate ${unknown.join(', ')} of ${id}`)
    return { id, alarm, value: valueOf(alarm), verdicts: [] as boolean[] }
  })
  const series = new Map<string, Map<number, [value: number, samples: number][]>>()
  const raised = new Set<string>()
  let minute = 0

  function put(metric: Metric, value: number, samples = 1): void {
    const key = keyOf(metric)
    if (!series.has(key)) series.set(key, new Map())
    const minutes = series.get(key)
    if (!minutes?.has(minute)) minutes?.set(minute, [])
    minutes?.get(minute)?.push([value, samples])
  }

  /** @param times how often the line was written in this minute */
  function log(group: string, text: string, times = 1): void {
    const line = JSON.parse(text) as Line
    for (const { LogGroupName, MetricTransformations, matches } of filters) {
      if (LogGroupName.Ref !== group) continue
      for (const {
        MetricNamespace: Namespace,
        MetricName,
        MetricValue,
        DefaultValue,
      } of MetricTransformations) {
        const metric = { Namespace, MetricName }
        if (matches(line)) put(metric, Number(MetricValue) * times)
        else put(metric, DefaultValue)
      }
    }
  }

  /** Ends the minute, and evaluates the alarms whose period ends with it. */
  function tick(): void {
    minute++
    for (const { id, alarm, value, verdicts } of alarms) {
      const minutes = periodOf(alarm) / 60
      if (minute % minutes !== 0) continue
      const verdict = verdictOf(alarm, value(samplesBefore(minutes)))
      if (verdict !== 'ignored') verdicts.unshift(verdict)
      const last = verdicts.slice(0, alarm.EvaluationPeriods)
      if (last.length === alarm.EvaluationPeriods && last.every(Boolean)) raised.add(id)
      verdicts.length = last.length
    }
    if (minute % 1440 === 0) for (const minutes of series.values()) minutes.clear()
  }

  const samplesBefore = (minutes: number) => (metric: Metric) => {
    const of = series.get(keyOf(metric))
    return Array.from({ length: minutes }, (_, i) => of?.get(minute - 1 - i) ?? []).flat()
  }
  return { put, log, tick, raised, ids: alarms.map(({ id }) => id) }
}

const keyOf = ({ Namespace, MetricName, Dimensions = [] }: Metric): string =>
  JSON.stringify([Namespace, MetricName, ...Dimensions.map((each) => JSON.stringify(each)).sort()])

function periodOf({ Period, Metrics = [] }: AlarmProperties): number {
  const periods = new Set([Period, ...Metrics.map(({ MetricStat }) => MetricStat?.Period)])
  periods.delete(undefined)
  const [period, ...others] = periods
  if (period === undefined || others.length > 0) throw new Error('an alarm must have one period')
  return period
}

type ReadSamples = (metric: Metric) => Samples

/** The value that an alarm compares with its threshold. `ignored`: there are too few samples. */
function valueOf(alarm: AlarmProperties): (read: ReadSamples) => number | undefined | 'ignored' {
  const { Metrics, Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic } = alarm
  if (Metrics !== undefined) return mathOf(Metrics)
  const metric = {
    Namespace: Namespace ?? '',
    MetricName: MetricName ?? '',
    ...(Dimensions && { Dimensions }),
  }
  if (ExtendedStatistic === undefined) return (read) => statistic(Statistic, read(metric))
  if (ExtendedStatistic !== 'p99' || alarm.EvaluateLowSampleCountPercentile !== 'ignore')
    throw new Error(`cannot evaluate ${ExtendedStatistic}`)
  return (read) => {
    const samples = read(metric)
    const count = samples.reduce((all, [, times]) => all + times, 0)
    // A percentile above the middle needs 10 / (1 - percentile) samples (percentiles-with-low-samples).
    return count < 1000 ? 'ignored' : percentile(samples, count * 0.99)
  }
}

function mathOf(queries: readonly Query[]): (read: ReadSamples) => number | undefined {
  const [result, ...others] = queries.filter(({ ReturnData }) => ReturnData)
  if (result?.Expression === undefined || others.length > 0)
    throw new Error('an alarm must have one expression')
  // The result is one of the metrics (cloudwatch_limits.html).
  if (queries.length > 10) throw new Error('an alarm may have ten metrics')
  const evaluate = parseMath(result.Expression)
  const inputs = queries.filter((query) => query !== result)
  return (read) => {
    const values = inputs.map(({ Id, MetricStat }): [string, number | undefined] => {
      if (MetricStat === undefined) throw new Error(`${Id} has no metric`)
      return [Id, statistic(MetricStat.Stat, read(MetricStat.Metric))]
    })
    return evaluate(new Map(values))
  }
}

function statistic(name: string | undefined, samples: Samples): number | undefined {
  const values = samples.map(([value]) => value)
  if (values.length === 0) return undefined
  if (name === 'Sum') return values.reduce((sum, value) => sum + value)
  if (name === 'Maximum') return Math.max(...values)
  if (name === 'Minimum') return Math.min(...values)
  throw new Error(`cannot evaluate the statistic ${name ?? 'without a name'}`)
}

function percentile(samples: Samples, rank: number): number | undefined {
  let below = 0
  return [...samples].sort(([one], [other]) => one - other).find(([, times]) => (below += times) >= rank)?.[0]
}

function verdictOf(alarm: AlarmProperties, value: number | undefined | 'ignored'): boolean | 'ignored' {
  if (value === 'ignored') return value
  const [compare, missing] = [COMPARISONS[alarm.ComparisonOperator], MISSING[alarm.TreatMissingData]]
  if (compare === undefined || missing === undefined)
    throw new Error('cannot evaluate the comparison of an alarm')
  return value === undefined ? missing : compare(value, alarm.Threshold)
}
