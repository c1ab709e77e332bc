import { expect, test } from 'vitest'
import { logCounts } from '../../../infra/aws/template/log-counts.ts'
import { matches } from './cloudwatch/filter-pattern.ts'

const MTLS = 'mtls.auth.example.com'
const ACCESS = 'HttpApiLogGroup'
const LISTS = 'CertificateDashlistsLogGroup'

/** Lines of a log group, and the metrics that count them. Lines that scanners cause are not counted. */
test.each<[group: string, line: Readonly<Record<string, unknown>>, metrics: readonly string[]]>([
  ['TokenLogGroup', { outcome: 'OK' }, []],
  ['TokenLogGroup', { reason: 'client-secret-wrong', client: 7 }, ['Refusals']],
  ['TokenLogGroup', { reason: 'client-unknown', credential: 'x81f' }, ['Refusals']],
  ['TokenLogGroup', { reason: 'client-unknown' }, ['UnauthenticatedRefusals']],
  ['TokenLogGroup', { reason: 'refresh-certificate-differs', client: 7 }, ['Refusals', 'StolenTokens']],
  ['TokenLogGroup', { reason: 'code-unknown', ended: 'code-replay', client: 7 }, ['Refusals', 'Replays']],
  ['TokenLogGroup', { reason: 'unavailable', client: 7 }, []],
  ['TokenLogGroup', { reason: 'domain-other' }, ['UnauthenticatedRefusals']],
  ['DiscoveryLogGroup', { reason: 'document-other' }, ['UnauthenticatedRefusals']],
  ['ManagementLogGroup', { reason: 'api-not-offered' }, ['UnauthenticatedRefusals']],
  ['ManagementLogGroup', { reason: 'authlete-api-not-offered', credential: 'x81f' }, []],
  ['StandardDashintrospectionLogGroup', { reason: 'client-unknown' }, ['UnauthenticatedRefusals']],
  [LISTS, { endpoint: 'certificate-notices', noticeDays: 1, client: 7 }, ['EndingCertificates']],
  [LISTS, { endpoint: 'certificate-lists', list: 'bank', outcome: 'late' }, []],
  [ACCESS, { status: '200', domain: MTLS, route: 'ANY /token' }, []],
  [ACCESS, { status: '403', domain: MTLS, route: '-', integrationStatus: '-' }, ['LockedOut']],
  // A token without the required scope.
  [ACCESS, { status: '403', domain: MTLS, route: 'ANY /introspection', integrationStatus: '200' }, []],
  [
    ACCESS,
    { status: '403', domain: 'auth.example.com', integrationStatus: '200', route: 'ANY /api/client/create' },
    [],
  ],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /token' }, ['Throttled']],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/{proxy+}' }, []],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/client/authorization/{proxy+}' }, []],
  [ACCESS, { status: '429', domain: MTLS, route: 'ANY /api/{serviceId}/client/authorization/{proxy+}' }, []],
])('in %s the line %j counts as %j', (group, line, metrics) => {
  const counting = Object.values(
    logCounts({ stage: 'prod', mtlsDomain: { name: MTLS }, crl: undefined }),
  ).filter(
    ({ Properties }) => Properties.LogGroupName.Ref === group && matches(Properties.FilterPattern, line),
  )
  const counted = counting.flatMap(({ Properties }) => Properties.MetricTransformations)
  expect(counted.map(({ MetricName }) => MetricName)).toEqual(metrics)
})
