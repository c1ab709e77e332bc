import type { Description } from '../../../shared/lambda/route.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { ACCESS_LOG } from './access-log.ts'
import { attribute, ref } from './cloudformation.ts'
import { GATEWAY_ROUTES } from './functions.ts'
import { routeId } from './logical-ids.ts'

type Settings = Pick<DeploymentSettings, 'throttle' | 'mtlsOnly' | 'detailedMetrics'>
type Limits = Settings['throttle']

/**
 * The two stages of the API: changes to the one that osls creates, and a second one. A limit counts all callers of a route in one stage,
 * so callers of the plain domain, who need no certificate, cannot exhaust the limit of clients with a certificate. But all routes share
 * the limit of the account (docs/operations.md), so the limits of the plain domain are low.
 */
export function stages(settings: Settings) {
  const PlainStage = {
    Type: 'AWS::ApiGatewayV2::Stage',
    DependsOn: WAITS,
    Properties: {
      ApiId: ref('HttpApi'),
      StageName: 'plain',
      AutoDeploy: true,
      AccessLogSettings: { DestinationArn: attribute('HttpApiLogGroup', 'Arn'), Format: ACCESS_LOG },
      ...routeSettings(plainLimits(settings), settings),
    },
  }
  const HttpApiStage = { DependsOn: WAITS, Properties: routeSettings(settings.throttle, settings) }
  return { HttpApiStage, PlainStage }
}

/** Whether a route is on the plain domain. If `mtlsOnly` is set, the OAuth endpoints answer 404 there. */
function plainLimits({ throttle, mtlsOnly }: Settings): Limits {
  return mtlsOnly ? { ...throttle, oauth: { rate: 2, burst: 20 } } : throttle
}

/** The requests per second that the plain domain accepts in total from callers with neither a certificate nor a credential. */
export function plainRate(settings: Settings): number {
  const limits = plainLimits(settings)
  return GATEWAY_ROUTES.reduce((sum, { route }) => sum + limits[kindOf(route)].rate, 0)
}

/** The setting with the limit of a route. `management` also applies to unknown paths. */
function kindOf({ face, access }: Description): keyof Limits {
  if (face === 'oauth') return access === 'everyone' ? 'documents' : 'oauth'
  return access === 'runtime' || access === 'introspect' ? 'webApi' : 'management'
}

/** The limits of routes that differ from the limit of the stage. */
const LIMITED = GATEWAY_ROUTES.map(({ key, route }) => ({ key, kind: kindOf(route) })).filter(
  ({ kind }) => kind !== 'management',
)
/** The stage depends on its routes, because API Gateway refuses settings of a route that does not exist. */
const WAITS = LIMITED.map(({ key }) => routeId(key))

function routeSettings(limits: Limits, { detailedMetrics: DetailedMetricsEnabled }: Settings) {
  const settings = (kind: keyof Limits) => {
    const { rate: ThrottlingRateLimit, burst: ThrottlingBurstLimit } = limits[kind]
    return { DetailedMetricsEnabled, ThrottlingRateLimit, ThrottlingBurstLimit }
  }
  return {
    DefaultRouteSettings: settings('management'),
    RouteSettings: Object.fromEntries(LIMITED.map(({ key, kind }) => [key, settings(kind)])),
  }
}
