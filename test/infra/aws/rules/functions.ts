import { functionNames } from '../../../../infra/package/build.ts'
import { VARIABLES } from '../../../../shared/settings.ts'
import {
  attribute,
  difference,
  type Lambda,
  lambdas,
  nameOf,
  ofType,
  properties,
  ref,
  resource,
  type Rules,
  same,
  type Template,
  unless,
} from './template.ts'

interface Route {
  RouteKey: string
  Target: { 'Fn::Join': [string, [string, { Ref: string }]] }
}
interface Stage {
  StageName: string
  DefaultRouteSettings: Record<string, unknown>
  RouteSettings: Record<string, { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number }>
}
interface Authorizer {
  AuthorizerType: string
  AuthorizerResultTtlInSeconds?: number
}

const THROTTLED = ['ANY /token', 'ANY /introspection', 'ANY /introspection/standard']

const lambda = (template: Template, id: string) => properties<Lambda>(template, id)
const stage = (template: Template) => resource<Stage>(template, 'HttpApiStage')

async function routesOf(name: string): Promise<string[]> {
  const { routes } = (await import(`../../../../functions/${name}/routes.ts`)) as { routes: object }
  return Object.keys(routes)
}

/** Functions and the routes that lead to them. */
export const FUNCTION_RULES: Rules = {
  'the routes are exactly those that the functions answer, each to its function': {
    complaints: async (template) => {
      const routed = ofType<Route>(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
        const [, [, { Ref }]] = Properties.Target['Fn::Join']
        const { IntegrationUri } = properties<{ IntegrationUri: { 'Fn::GetAtt': [string] } }>(template, Ref)
        return `${Properties.RouteKey} ${nameOf(lambda(template, IntegrationUri['Fn::GetAtt'][0]))}`
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
        const token = resource<Route>(template, 'HttpApiRouteAnyToken')
        template.Resources['Other'] = {
          ...token,
          Properties: { ...token.Properties, RouteKey: 'ANY /other' },
        }
      },
      'a route that is missing': (template) => delete template.Resources['HttpApiRouteAnyJwks'],
      'a route to another function': (template) => {
        const { Target } = properties<Route>(template, 'HttpApiRouteAnyRevocation')
        properties<Route>(template, 'HttpApiRouteAnyToken').Target = Target
      },
    },
  },

  'every function runs on Node 24 and arm64, with its own role': {
    complaints: (template) => {
      const wrong = unless(lambdas(template), ({ Properties: { Handler, Runtime, Architectures } }) =>
        same([Handler, Runtime, Architectures], ['index.handler', 'nodejs24.x', ['arm64']]),
      )
      const roles = lambdas(template).map(([, { Properties }]) => JSON.stringify(Properties.Role))
      return [
        ...wrong,
        ...difference(
          lambdas(template).map(([, { Properties }]) => nameOf(Properties)),
          functionNames(),
        ),
        ...(new Set(roles).size === roles.length ? [] : ['two functions have one role']),
      ]
    },
    broken: {
      'an old runtime': (template) => (lambda(template, 'TokenLambdaFunction').Runtime = 'nodejs22.x'),
      'another architecture': (template) =>
        (lambda(template, 'TokenLambdaFunction').Architectures = ['x86_64']),
      'the role of another': (template) =>
        (lambda(template, 'DiscoveryLambdaFunction').Role = attribute('TokenRole', 'Arn')),
      'a function that is missing': (template) => delete template.Resources['RevocationLambdaFunction'],
    },
  },

  'the environment has exactly the variables that the code reads': {
    complaints: (template) =>
      lambdas(template).flatMap(([id, { Properties }]) =>
        difference(Object.keys(Properties.Environment.Variables), VARIABLES).map((wrong) => `${id} ${wrong}`),
      ),
    broken: {
      'a variable that nobody reads': (template) =>
        (lambda(template, 'TokenLambdaFunction').Environment.Variables['DEBUG'] = '1'),
      'a variable that is missing': (template) =>
        delete lambda(template, 'TokenLambdaFunction').Environment.Variables['LOG_LEVEL'],
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
      'every API of the account': (template) =>
        delete template.Resources['TokenLambdaPermissionHttpApi']?.Properties['SourceArn'],
      everyone: (template) =>
        (properties<{ Principal: string }>(template, 'TokenLambdaPermissionHttpApi').Principal = '*'),
    },
  },

  'tokens and introspection have limits of their own, and all other routes have one': {
    complaints: (template) => {
      const { Properties, DependsOn } = stage(template)
      const wrong = difference(Object.keys(Properties.RouteSettings), THROTTLED)
      const limits = [Properties.DefaultRouteSettings, ...Object.values(Properties.RouteSettings)]
      const unlimited = limits.filter((limit) => !isLimit(limit)).map((limit) => JSON.stringify(limit))
      // API Gateway refuses settings of a route that does not exist yet.
      const routes = ofType<Route>(template, 'AWS::ApiGatewayV2::Route')
      const waitsFor = routes
        .filter(([id]) => DependsOn?.includes(id))
        .map(([, route]) => route.Properties.RouteKey)
      return [...wrong, ...unlimited, ...difference(waitsFor, THROTTLED)]
    },
    broken: {
      'a route without a limit': (template) => delete stage(template).Properties.RouteSettings['ANY /token'],
      'a limit without a rate': (template) =>
        (stage(template).Properties.RouteSettings['ANY /introspection'] = { ThrottlingBurstLimit: 1 }),
      'no limit for the other routes': (template) =>
        (stage(template).Properties.DefaultRouteSettings = { DetailedMetricsEnabled: true }),
      'a stage that does not wait for its routes': (template) =>
        (stage(template).DependsOn = ['HttpApiLogGroup']),
    },
  },

  'no result of an authorizer is cached': {
    complaints: (template) => [
      ...unless(
        ofType<Authorizer>(template, 'AWS::ApiGatewayV2::Authorizer'),
        ({ Properties }) => Properties.AuthorizerResultTtlInSeconds === 0,
      ),
      ...unless(
        ofType<Authorizer & { Type: string }>(template, 'AWS::ApiGateway::Authorizer'),
        ({ Properties }) => Properties.AuthorizerResultTtlInSeconds === 0 && Properties.Type === 'REQUEST',
      ),
    ],
    broken: {
      'for five minutes': (template) =>
        (template.Resources['Authorizer'] = {
          Type: 'AWS::ApiGatewayV2::Authorizer',
          Properties: { ApiId: ref('HttpApi'), AuthorizerType: 'REQUEST', AuthorizerResultTtlInSeconds: 300 },
        }),
      'as by default in a REST API': (template) =>
        (template.Resources['Authorizer'] = {
          Type: 'AWS::ApiGateway::Authorizer',
          Properties: { Type: 'REQUEST' },
        }),
      'of a type that sees no certificate': (template) =>
        (template.Resources['Authorizer'] = {
          Type: 'AWS::ApiGateway::Authorizer',
          Properties: { Type: 'TOKEN', AuthorizerResultTtlInSeconds: 0 },
        }),
    },
  },
}

function isLimit(limit: { ThrottlingRateLimit?: unknown; ThrottlingBurstLimit?: unknown }): boolean {
  return Number(limit.ThrottlingRateLimit) > 0 && Number(limit.ThrottlingBurstLimit) > 0
}
