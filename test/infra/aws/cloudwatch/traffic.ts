import { ACCESS_LOG } from '../../../../infra/aws/template/access-log.ts'
import type { cloudWatch } from './cloudwatch.ts'

type CloudWatch = ReturnType<typeof cloudWatch>

/** A log line, and the log group that has it. */
export interface Written {
  readonly group: string
  readonly line: string
}

/** What happens in a minute. */
export interface Minute {
  readonly requests: number
  /** Of them, those on the mutual-TLS domain. */
  readonly onMtls: number
  readonly failed?: number
  readonly milliseconds?: number
  readonly lines?: readonly (readonly [written: Written, times: number])[]
}

const API = { Name: 'ApiId', Value: { Ref: 'HttpApi' } }
const MTLS_STAGE = { Name: 'Stage', Value: '$default' }

/** Puts what API Gateway, Lambda and ACM report of a minute, and ends it. Without requests API Gateway reports nothing. */
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

/** A line of the access log. A value that is not given is `-`, as in API Gateway. */
export function accessLine(values: Readonly<Record<string, string>>): Written {
  const format = JSON.parse(ACCESS_LOG) as Record<string, string>
  const unknown = Object.keys(values).filter((name) => format[name] === undefined)
  if (unknown.length > 0) throw new Error(`the access log has no ${unknown.join()}`)
  const line = Object.keys(format).map((name) => [name, values[name] ?? '-'])
  return { group: 'HttpApiLogGroup', line: JSON.stringify(Object.fromEntries(line)) }
}
