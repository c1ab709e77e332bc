import type { Description } from '../../../shared/lambda/route.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { ACCESS_LOG } from './access-log.ts'
import { attribute, ref } from './cloudformation.ts'
import { KEYED_ROUTES } from './functions.ts'
import { routeId } from './logical-ids.ts'

type Settings = Pick<DeploymentSettings, 'throttle' | 'mtlsOnly' | 'detailedMetrics'>

/**
 * The two stages of the API: changes of the one that osls makes, and one of our own. A limit counts all callers of a route in one
 * stage, so callers of the plain domain, who need no certificate, cannot use up what clients with a certificate have.
 */
export function stages(settings: Settings) {
  const { throttle, mtlsOnly } = settings
  const PlainStage = {
    Type: 'AWS::ApiGatewayV2::Stage',
    DependsOn: WAITS,
    Properties: {
      ApiId: ref('HttpApi'),
      StageName: 'plain',
      AutoDeploy: true,
      AccessLogSettings: { DestinationArn: attribute('HttpApiLogGroup', 'Arn'), Format: ACCESS_LOG },
      // With mtlsOnly the OAuth endpoints answer only 404 here.
      ...limits(mtlsOnly ? OTHERS : throttle, settings),
    },
  }
  return { HttpApiStage: { DependsOn: WAITS, Properties: limits(throttle, settings) }, PlainStage }
}

/** Requests a second, and requests at once. */
interface Limit {
  readonly rate: number
  readonly burst: number
}
/** Management and unknown paths. */
const OTHERS: Limit = { rate: 50, burst: 100 }
/**
 * The runtime of the Web API, and the public documents. No burst is larger: accounts have 1,250 in the Regions with the smallest quota,
 * and a limit of a route cannot be over that of the account (limits.html and http-api-throttling.html in
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/).
 */
const RUNTIME: Limit = { rate: 1000, burst: 1000 }

const LIMITED = KEYED_ROUTES.flatMap(({ key, route }) => {
  const kind = kindOf(route)
  return kind === undefined ? [] : [{ key, kind }]
})
/** API Gateway refuses settings of a route that does not exist yet. */
const WAITS = LIMITED.map(({ key }) => routeId(key))

/** `undefined`: the route has the limit of the stage. */
function kindOf({ face, access }: Description): 'runtime' | 'oauth' | undefined {
  if (face === 'oauth') return access === 'everyone' ? 'runtime' : 'oauth'
  return access === 'runtime' || access === 'introspect' ? 'runtime' : undefined
}

/** @param oauth for the OAuth endpoints that authenticate */
function limits(oauth: Limit, { detailedMetrics: DetailedMetricsEnabled }: Settings) {
  const settings = ({ rate: ThrottlingRateLimit, burst: ThrottlingBurstLimit }: Limit) => {
    return { DetailedMetricsEnabled, ThrottlingRateLimit, ThrottlingBurstLimit }
  }
  const byKind = { runtime: settings(RUNTIME), oauth: settings(oauth) }
  return {
    DefaultRouteSettings: settings(OTHERS),
    RouteSettings: Object.fromEntries(LIMITED.map(({ key, kind }) => [key, byKind[kind]])),
  }
}
