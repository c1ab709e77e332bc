import type { Description } from '../../../shared/lambda/route.ts'
import { functionNames } from '../../package/build.ts'
import { routesOf } from './per-function.ts'

/**
 * `api.yml` for osls: the two stages of the API and the request limits of their routes. Each stage counts the requests of a
 * route for itself. So callers of the plain domain, who need no certificate, cannot use up what clients with a certificate have.
 */
export async function stagesYaml(): Promise<string> {
  const described = (await Promise.all(functionNames().map(describedRoutes))).flat()
  const limited = described.flatMap(({ key, limit }) => (limit === undefined ? [] : [{ key, limit }]))
  const waited = limited.map(({ key }) => `      - ${routeId(key)}`)
  const limits = limitWriter()
  const settings = (stage: 'mtls' | 'plain') => [
    `      DefaultRouteSettings: ${limits('other', 8)}`,
    '      RouteSettings:',
    ...limited.map(({ key, limit }) => {
      const name = stage === 'plain' && limit === 'oauth' ? 'oauthOnPlain' : limit
      return `        ${key.includes('{') ? `'${key}'` : key}: ${limits(name, 10)}`
    }),
  ]
  return [
    ...[HEAD, 'extensions:', '  HttpApiStage:', WAITS, ...waited],
    ...['    Properties:', ...settings('mtls'), '', PLAIN_STAGE],
    ...[...settings('plain'), ''],
  ].join('\n')
}

/** The limit of management and unknown paths, and of OAuth endpoints where they answer only 404: requests a second and at once. */
export const OTHER_ROUTES = { rate: 50, burst: 100 }

/** Requests a second and at once, and to whom they apply. */
const LIMITS = {
  other: [String(OTHER_ROUTES.rate), String(OTHER_ROUTES.burst), 'Management and unknown paths.'],
  runtime: ['1000', '1000', 'The runtime of the Web API, and the public documents.'],
  oauth: ['${param:throttleRate}', '${param:throttleBurst}', 'The OAuth endpoints that authenticate.'],
  oauthOnPlain: [
    '${param:plainThrottleRate}',
    '${param:plainThrottleBurst}',
    'With the setting mtlsOnly they answer only 404 here.',
  ],
} as const
type Limit = keyof typeof LIMITS

/** A limit is written where it is used first, with its members indented. After that it is an alias. */
function limitWriter(): (name: Limit, indent: number) => string {
  const written = new Set<Limit>()
  return (name, indent) => {
    if (written.has(name)) return `*${name}`
    written.add(name)
    const [rate, burst, about] = LIMITS[name]
    return [
      `&${name} # ${about}`,
      'DetailedMetricsEnabled: ${param:detailedMetrics}',
      `ThrottlingRateLimit: ${rate}`,
      `ThrottlingBurstLimit: ${burst}`,
    ].join(`\n${' '.repeat(indent)}`)
  }
}

interface DescribedRoute {
  /** `ANY /token` */
  readonly key: string
  readonly limit: Limit | undefined
}

async function describedRoutes(name: string): Promise<readonly DescribedRoute[]> {
  return Object.entries(await routesOf(name)).map(([path, route]) => ({
    key: `ANY ${path}`,
    limit: limitOf(route),
  }))
}

/** `undefined` for the limit of the stage. */
function limitOf({ face, access }: Description): Limit | undefined {
  if (face === 'oauth') return access === 'everyone' ? 'runtime' : 'oauth'
  return access === 'runtime' || access === 'introspect' ? 'runtime' : undefined
}

/** The logical id that osls makes of a route. */
function routeId(key: string): string {
  const parts = key.split('/').map((part) =>
    part
      .toLowerCase()
      .replaceAll('-', 'Dash')
      .replace(/\{(.*)\}/, '$1Var')
      .replaceAll(/[^0-9A-Za-z]/g, ''),
  )
  return `HttpApiRoute${parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')}`
}

const HEAD = `# Made by \`npm run generate\` (stages.ts) from functions/*/routes.ts: the stages of the API, and the request limits of their
# routes. A limit counts all callers of a route in one stage, so the plain domain has a stage of its own.
#
# No burst is over 1,000: accounts have 1,250 in the Regions with the smallest quota, and a limit of a route cannot be over that of
# the account (limits.html and http-api-throttling.html in https://docs.aws.amazon.com/apigateway/latest/developerguide/).`

const WAITS = `    # API Gateway refuses settings of a route that does not exist yet.
    DependsOn: &routes`

const PLAIN_STAGE = `Resources:
  PlainStage:
    Type: AWS::ApiGatewayV2::Stage
    DependsOn: *routes
    Properties:
      ApiId: !Ref HttpApi
      StageName: plain
      AutoDeploy: true
      AccessLogSettings:
        DestinationArn: !GetAtt HttpApiLogGroup.Arn
        Format: \${file(infra/aws/template/access-log.yml):format}`
