import { ACCESS_LOG } from '../../../../infra/aws/template/access-log.ts'
import type { cloudWatch } from './cloudwatch.ts'

type CloudWatch = ReturnType<typeof cloudWatch>

/** A log line and its log group. */
export interface Written {
  readonly group: string
  readonly line: string
}

/** The events of a minute. */
export interface Minute {
  readonly requests: number
  /** The requests on the mutual-TLS domain. */
  readonly onMtls: number
  readonly failed?: number
  readonly milliseconds?: number
  readonly lines?: readonly (readonly [written: Written, times: number])[]
}

const API = { Name: 'ApiId', Value: { Ref: 'HttpApi' } }
const MTLS_STAGE = { Name: 'Stage', Value: '$default' }

/** Puts the reports of API Gateway, Lambda and ACM for a minute, and ends it. API Gateway reports nothing if there were no requests. */
export function endMinute(
  watch: CloudWatch,
  { requests, onMtls, failed = 0, milliseconds = 40, lines = [] }: Minute,
): void {
  const gateway = (MetricName: string, Dimensions = [API]) => ({
    Namespace: 'AWS/ApiGateway',
    MetricName,
    Dimensions,
  })
  if (requests > 0) {
    watch.put(gateway('Count'), requests)
    watch.put(gateway('5xx'), failed)
    watch.put(gateway('Latency'), milliseconds, requests)
  }
  if (onMtls > 0) watch.put(gateway('Count', [API, MTLS_STAGE as never]), onMtls)
  for (const [{ group, line }, times] of lines) watch.log(group, line, times)
  watch.tick()
}

/** A line of the access log. A missing value is `-`, as in API Gateway. */
export function accessLine(values: Readonly<Record<string, string>>): Written {
  const format = JSON.parse(ACCESS_LOG) as Record<string, string>
  const unknown = Object.keys(values).filter((name) => format[name] === undefined)
  if (unknown.length > 0) throw new Error(`the access log has no ${unknown.join()}`)
  const line = Object.keys(format).map((name) => [name, values[name] ?? '-'])
  return { group: 'HttpApiLogGroup', line: JSON.stringify(Object.fromEntries(line)) }
}
