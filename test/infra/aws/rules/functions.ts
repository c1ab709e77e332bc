import { functionNames } from '../../../../infra/package/build.ts'
import { VARIABLES } from '../../../../shared/runtime/settings.ts'
import {
  attribute,
  copy,
  difference,
  LAMBDA,
  type Lambda,
  lambdas,
  nameOf,
  ofType,
  properties,
  resource,
  type Rules,
  same,
  set,
  type Template,
  unless,
  unlike,
} from './template.ts'

interface Route {
  RouteKey: string
  Target: { 'Fn::Join': [string, [string, { Ref: string }]] }
}
interface Limit {
  ThrottlingRateLimit: number
  ThrottlingBurstLimit: number
  DetailedMetricsEnabled: boolean
}
interface Stage {
  DefaultRouteSettings: Limit
  RouteSettings: Record<string, Limit>
}

const AUTHORIZER = 'AWS::ApiGatewayV2::Authorizer'
const REST_AUTHORIZER = 'AWS::ApiGateway::Authorizer'
const THROTTLED = [
  'ANY /par',
  'ANY /token',
  'ANY /revocation',
  'ANY /introspection',
  'ANY /introspection/standard',
]
/** The Web API's authorization, token, revocation, introspection, userinfo and documents, in v2 and v3; and the public documents. */
const RUNTIME =
  /^ANY (\/api(\/\{serviceId\})?\/(pushed_auth_req|auth\/(authorization.*|token|revocation|introspection|introspection\/standard|userinfo|userinfo\/issue)|service\/(configuration|jwks\/get))|\/jwks|\/\.well-known\/.*)$/
/** Accounts have a burst of 1,250 in the Regions with the smallest quota. */
const LARGEST_BURST = 1000
/** The quota of an HTTP API (http-api-quotas.html). */
const MAX_ROUTES = 300
const STAGES = ['HttpApiStage', 'PlainStage']
const PERMISSION = 'TokenLambdaPermissionHttpApi.Properties'
const ENVIRONMENT = 'TokenLambdaFunction.Properties.Environment.Variables'

const routes = (template: Template) => ofType<Route>(template, 'AWS::ApiGatewayV2::Route')

async function routesOf(name: string): Promise<string[]> {
  const { routes } = (await import(`../../../../functions/${name}/routes.ts`)) as { routes: object }
  return Object.keys(routes)
}

/** Functions and the routes that lead to them. */
export const FUNCTION_RULES: Rules = {
  'the routes are exactly those that the functions answer, each to its function': {
    complaints: async (template) => {
      const routed = routes(template).map(([, { Properties }]) => {
        const [, [, { Ref }]] = Properties.Target['Fn::Join']
        const { IntegrationUri } = properties<{ IntegrationUri: { 'Fn::GetAtt': [string] } }>(template, Ref)
        return `${Properties.RouteKey} ${nameOf(properties<Lambda>(template, IntegrationUri['Fn::GetAtt'][0]))}`
      })
      const answered: string[] = []
      // The APIs of resource servers call the authorizer.
      for (const name of functionNames().filter((name) => name !== 'authorizer')) {
        answered.push(...(await routesOf(name)).map((path) => `ANY ${path} ${name}`))
      }
      return difference(routed, answered)
    },
    broken: {
      'a route that nothing answers': (template) => {
        copy('HttpApiRouteAnyToken', 'Other')(template)
        set('Other.Properties.RouteKey', 'ANY /other')(template)
      },
      'a route that is missing': set('HttpApiRouteAnyJwks', undefined),
      'a route to another function': copy(
        'HttpApiRouteAnyRevocation.Properties.Target',
        'HttpApiRouteAnyToken.Properties.Target',
      ),
    },
  },

  'API Gateway takes every route: there are 300 at most, and none ends with a slash': {
    complaints: (template) => {
      const keys = routes(template).map(([, { Properties }]) => Properties.RouteKey)
      return [...keys.filter((key) => key.endsWith('/')), ...keys.slice(MAX_ROUTES)]
    },
    broken: {
      'a slash at the end': set('HttpApiRouteAnyJwks.Properties.RouteKey', 'ANY /jwks/'),
      'too many routes': (template) => {
        for (let i = 0; i < MAX_ROUTES; i++) copy('HttpApiRouteAnyToken', `More${String(i)}`)(template)
      },
    },
  },

  'every function runs on Node 24 and arm64, with its own role': {
    complaints: (template) => {
      const all = lambdas(template).map(([, { Properties }]) => Properties)
      const roles = new Set(all.map(({ Role }) => JSON.stringify(Role)))
      const runtime = { Handler: 'index.handler', Runtime: 'nodejs24.x', Architectures: ['arm64'] }
      return [
        ...unlike(template, LAMBDA, { Properties: runtime }),
        ...difference(all.map(nameOf), functionNames()),
        ...(roles.size === all.length ? [] : ['two functions have one role']),
      ]
    },
    broken: {
      'an old runtime': set('TokenLambdaFunction.Properties.Runtime', 'nodejs22.x'),
      'another architecture': set('TokenLambdaFunction.Properties.Architectures', ['x86_64']),
      'the role of another': set('DiscoveryLambdaFunction.Properties.Role', attribute('TokenRole', 'Arn')),
      'a function that is missing': set('RevocationLambdaFunction', undefined),
    },
  },

  'the environment has exactly the variables that the code reads': {
    complaints: (template) =>
      lambdas(template).flatMap(([id, { Properties }]) =>
        difference(Object.keys(Properties.Environment.Variables), VARIABLES).map((wrong) => `${id} ${wrong}`),
      ),
    broken: {
      'a variable that nobody reads': set(`${ENVIRONMENT}.DEBUG`, '1'),
      'a variable that is missing': set(`${ENVIRONMENT}.LOG_LEVEL`, undefined),
    },
  },

  'only the API may call the functions': {
    complaints: (template) =>
      unless(
        ofType<{ Principal: string; SourceArn?: unknown }>(template, 'AWS::Lambda::Permission'),
        ({ Properties: { Principal, SourceArn } }) =>
          Principal === 'apigateway.amazonaws.com' &&
          JSON.stringify(SourceArn ?? '').includes('{"Ref":"HttpApi"}'),
      ),
    broken: {
      'every API of the account': set(`${PERMISSION}.SourceArn`, undefined),
      everyone: set(`${PERMISSION}.Principal`, '*'),
    },
  },

  'each route has a limit in both stages: OAuth endpoints that of the settings, the runtime 1,000, and all others 50 a second':
    {
      complaints: (template) =>
        STAGES.flatMap((id) => {
          const { Properties, DependsOn } = resource<Stage>(template, id)
          const { DefaultRouteSettings: others, RouteSettings: named } = Properties
          // API Gateway refuses settings of a route that does not exist yet.
          const waitsFor = routes(template).filter(([route]) => DependsOn?.includes(route))
          const wrong = routes(template).filter(
            ([
              ,
              {
                Properties: { RouteKey },
              },
            ]) => {
              const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = named[RouteKey] ?? others
              return !same([rate, burst], limitOf(RouteKey, id))
            },
          )
          return [
            ...wrong.map(([route]) => `${id} ${route}`),
            ...difference(
              waitsFor.map(([, { Properties }]) => Properties.RouteKey),
              Object.keys(named),
            ),
          ]
        }),
      broken: {
        'a route without a limit of its own': set(
          'HttpApiStage.Properties.RouteSettings.ANY /token',
          undefined,
        ),
        'the clients of the settings on the plain domain': copy(
          'HttpApiStage.Properties.RouteSettings.ANY /token',
          'PlainStage.Properties.RouteSettings.ANY /token',
        ),
        'no limit for the other routes': set('PlainStage.Properties.DefaultRouteSettings', {}),
        'a stage that does not wait for its routes': set('HttpApiStage.DependsOn', ['HttpApiLogGroup']),
      },
    },

  'no burst is over that of the smallest account, and no route has metrics of its own, which cost': {
    complaints: (template) =>
      STAGES.flatMap((id) => {
        const { DefaultRouteSettings, RouteSettings } = properties<Stage>(template, id)
        return [DefaultRouteSettings, ...Object.values(RouteSettings)]
          .filter((limit) => limit.DetailedMetricsEnabled || limit.ThrottlingBurstLimit > LARGEST_BURST)
          .map((limit) => `${id} ${JSON.stringify(limit)}`)
      }),
    broken: {
      'a large burst': set('PlainStage.Properties.RouteSettings.ANY /jwks.ThrottlingBurstLimit', 2000),
      'metrics of each route': set(
        'HttpApiStage.Properties.DefaultRouteSettings.DetailedMetricsEnabled',
        true,
      ),
    },
  },

  'no result of an authorizer is cached': {
    complaints: (template) => [
      ...unlike(template, AUTHORIZER, { Properties: { AuthorizerResultTtlInSeconds: 0 } }),
      ...unlike(template, REST_AUTHORIZER, {
        Properties: { AuthorizerResultTtlInSeconds: 0, Type: 'REQUEST' },
      }),
    ],
    broken: {
      'for five minutes': set('Other', {
        Type: AUTHORIZER,
        Properties: { AuthorizerType: 'REQUEST', AuthorizerResultTtlInSeconds: 300 },
      }),
      'as by default in a REST API': set('Other', { Type: REST_AUTHORIZER, Properties: { Type: 'REQUEST' } }),
      'of a type that sees no certificate': set('Other', {
        Type: REST_AUTHORIZER,
        Properties: { Type: 'TOKEN', AuthorizerResultTtlInSeconds: 0 },
      }),
    },
  },
}

/** Rate and burst, with the settings of the example. With `mtlsOnly` the OAuth endpoints answer only 404 in the other stage. */
function limitOf(route: string, stage: string): number[] {
  if (RUNTIME.test(route)) return [1000, 1000]
  return THROTTLED.includes(route) && stage === 'HttpApiStage' ? [100, 200] : [50, 100]
}
