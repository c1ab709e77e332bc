import { functionNames } from '../../../../infra/package/build.ts'
import { VARIABLES } from '../../../../shared/settings.ts'
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
  set,
  type Template,
  unless,
  unlike,
} from './template.ts'

interface Route {
  RouteKey: string
  Target: { 'Fn::Join': [string, [string, { Ref: string }]] }
}
interface Stage {
  DefaultRouteSettings: object
  RouteSettings: Record<string, object>
}

const AUTHORIZER = 'AWS::ApiGatewayV2::Authorizer'
const REST_AUTHORIZER = 'AWS::ApiGateway::Authorizer'
const THROTTLED = ['ANY /token', 'ANY /revocation', 'ANY /introspection', 'ANY /introspection/standard']
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

  'the OAuth endpoints that authenticate have limits of their own, and all other routes have one': {
    complaints: (template) => {
      const { Properties, DependsOn } = resource<Stage>(template, 'HttpApiStage')
      const limits = [Properties.DefaultRouteSettings, ...Object.values(Properties.RouteSettings)]
      // API Gateway refuses settings of a route that does not exist yet.
      const waitsFor = routes(template).filter(([id]) => DependsOn?.includes(id))
      return [
        ...difference(Object.keys(Properties.RouteSettings), THROTTLED),
        ...limits.filter((limit) => !isLimit(limit)).map((limit) => JSON.stringify(limit)),
        ...difference(
          waitsFor.map(([, { Properties }]) => Properties.RouteKey),
          THROTTLED,
        ),
      ]
    },
    broken: {
      'a route without a limit': set('HttpApiStage.Properties.RouteSettings.ANY /token', undefined),
      'a limit without a rate': set('HttpApiStage.Properties.RouteSettings.ANY /introspection', {
        ThrottlingBurstLimit: 1,
      }),
      'no limit for the other routes': set('HttpApiStage.Properties.DefaultRouteSettings', {
        DetailedMetricsEnabled: true,
      }),
      'a stage that does not wait for its routes': set('HttpApiStage.DependsOn', ['HttpApiLogGroup']),
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

function isLimit(limit: { ThrottlingRateLimit?: unknown; ThrottlingBurstLimit?: unknown }): boolean {
  return Number(limit.ThrottlingRateLimit) > 0 && Number(limit.ThrottlingBurstLimit) > 0
}
