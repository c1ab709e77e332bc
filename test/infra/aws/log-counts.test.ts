import { expect, test } from 'vitest'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { matches } from './filter-pattern.ts'

const MTLS = 'mtls.auth.example.com'
const ACCESS = 'HttpApiLogGroup'

/** Lines of a log group, and the metrics that count them. What scanners cause is not counted. */
test.each<[group: string, line: Readonly<Record<string, string>>, metrics: readonly string[]]>([
  ['TokenLogGroup', { outcome: 'OK' }, []],
  ['TokenLogGroup', { reason: 'client-unknown' }, ['Refusals']],
  ['TokenLogGroup', { reason: 'refresh-certificate-differs' }, ['Refusals', 'StolenTokens']],
  ['TokenLogGroup', { reason: 'code-unknown', ended: 'code-replay' }, ['Refusals', 'Replays']],
  ['TokenLogGroup', { reason: 'route-unknown' }, []],
  ['TokenLogGroup', { reason: 'domain-other' }, []],
  ['DiscoveryLogGroup', { reason: 'document-other' }, []],
  ['ManagementLogGroup', { reason: 'api-not-offered' }, []],
  ['ManagementLogGroup', { outcome: 'NOT_EXIST', reason: 'authlete-api-not-offered' }, []],
  ['StandardDashintrospectionLogGroup', { reason: 'client-unknown' }, ['Refusals']],
  [ACCESS, { status: '200', domain: MTLS, route: 'ANY /token' }, []],
  [ACCESS, { status: '403', domain: MTLS, route: '-', integrationStatus: '-' }, ['LockedOut']],
  // A token without the scope that was asked for.
  [ACCESS, { status: '403', domain: MTLS, route: 'ANY /introspection', integrationStatus: '200' }, []],
  [ACCESS, { status: '403', domain: 'auth.example.com', route: 'ANY /api/client/create' }, []],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /token' }, ['Throttled']],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/{proxy+}' }, []],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/client/authorization/{proxy+}' }, []],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/{serviceId}/client/authorization/{proxy+}' }, []],
])('in %s the line %j counts as %j', (group, line, metrics) => {
  const counting = Object.values(logCounts('prod', MTLS)).filter(
    ({ Properties }) => Properties.LogGroupName.Ref === group && matches(Properties.FilterPattern, line),
  )
  const counted = counting.flatMap(({ Properties }) => Properties.MetricTransformations)
  expect(counted.map(({ MetricName }) => MetricName)).toEqual(metrics)
})
