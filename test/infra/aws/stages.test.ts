import { beforeAll, expect, test } from 'vitest'
import { plainRate } from '../../../infra/aws/template/stages.ts'
import { exampleSettings, ofType, type Packaged, packagedTemplate } from './packaged-template.ts'

interface Route {
  RouteKey: string
}
interface RouteSettings {
  ThrottlingRateLimit: number
  ThrottlingBurstLimit: number
  DetailedMetricsEnabled: boolean
}
interface Stage {
  DefaultRouteSettings: RouteSettings
  RouteSettings: Record<string, RouteSettings>
  AccessLogSettings: { Format: string; DestinationArn: unknown }
}

let packaged: Packaged
beforeAll(async () => {
  packaged = await packagedTemplate()
}, 120_000)

const main = () => packaged.template
const propertiesOf = (id: string) => main().Resources[id]?.Properties
const attribute = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] })

const OAUTH = /^ANY \/(par|token|revocation|introspection|introspection\/standard|certificate\/announce)$/
const DOCUMENTS = /^ANY (\/jwks|\/\.well-known\/.*)$/
/** The Web API's calls for authorization, token, revocation, introspection, userinfo and documents, in version 2 and 3. */
const WEB_API =
  /^ANY \/api(\/\{serviceId\})?\/(pushed_auth_req|auth\/(authorization.*|token|revocation|introspection|introspection\/standard|userinfo|userinfo\/issue|certificate\/announce)|service\/(configuration|jwks\/get))$/

/** Rate and burst with the settings of the example. If `mtlsOnly` is set, the OAuth endpoints only answer 404 in the other stage. */
function limitOf(route: string, stage: string): [number, number] {
  if (WEB_API.test(route)) return [25, 50]
  if (DOCUMENTS.test(route)) return [40, 100]
  if (OAUTH.test(route)) return stage === 'HttpApiStage' ? [100, 200] : [2, 20]
  return [3, 20]
}

const limitsIn = (id: string) => {
  const { DefaultRouteSettings: others, RouteSettings: named } = propertiesOf(id) as unknown as Stage
  return ofType<Route>(main(), 'ApiGatewayV2::Route').map(([, { RouteKey: route }]) => ({
    ...{ route, ...others, ...named[route] },
  }))
}

test.each(['HttpApiStage', 'PlainStage'])(
  'each route of %s has a limit: OAuth endpoints, the Web API, documents, and all others',
  (id) => {
    for (const { route, ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst, ...rest } of limitsIn(id)) {
      expect([route, rate, burst]).toEqual([route, ...limitOf(route, id)])
      expect(rest).toEqual({ DetailedMetricsEnabled: false })
    }
    // The stage depends on its routes, because API Gateway refuses settings of a route that does not exist.
    const { DependsOn = [] } = main().Resources[id] as { DependsOn?: string[] }
    const { RouteSettings: named } = propertiesOf(id) as unknown as Stage
    const routes = ofType<Route>(main(), 'ApiGatewayV2::Route')
    const awaited = routes.flatMap(([route, { RouteKey }]) => (DependsOn.includes(route) ? [RouteKey] : []))
    expect(awaited.sort()).toEqual(Object.keys(named).sort())
  },
)

test('the routes of the plain domain accept at most 1,250 requests per second in total, half of the quota of the smallest Regions', async () => {
  const rates = limitsIn('PlainStage').map(({ ThrottlingRateLimit: rate }) => rate)
  const sum = rates.reduce((all, rate) => all + rate)
  expect(sum).toBeLessThanOrEqual(1250)
  expect(plainRate(await exampleSettings())).toBe(sum)
})

test.each(['HttpApiStage', 'PlainStage'])(
  'access is logged in %s as JSON, without secrets and without text that a stranger chooses',
  (id) => {
    const { Format, DestinationArn } = (propertiesOf(id) as unknown as Stage).AccessLogSettings
    expect(DestinationArn).toEqual(attribute('HttpApiLogGroup', 'Arn'))
    const values = Object.values(JSON.parse(Format) as Record<string, string>)
    expect(values.filter((value) => !value.startsWith('$context.'))).toEqual([])
    expect(values.join()).not.toMatch(/path|uri|query|header|DN|Pem|authorizer|messageString/i)
  },
)
