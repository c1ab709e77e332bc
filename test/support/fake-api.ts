import { type Account, type Answer, Failure } from './fake-account.ts'

/** The one HTTP API of an account. */
export interface Api {
  readonly id: string
  /** Whether its execute-api endpoint is off. */
  isClosed: boolean
  readonly routes: Set<string>
  /** The settings of routes, by stage and key. */
  readonly stages: Map<string, Map<string, object>>
}

interface Stage {
  readonly StageName: string
  readonly RouteSettings?: Readonly<Record<string, object>>
}

/**
 * API Gateway merges the settings of a change with those that the stage has. It keeps those of a route that was deleted, and then refuses
 * every change (https://github.com/serverless/serverless/issues/12776).
 *
 * @param routes that exist while the stage is changed
 */
export function stageProblem(
  { StageName, RouteSettings = {} }: Stage,
  routes: readonly string[],
  { api }: Account,
): string | undefined {
  const merged = [...(api.stages.get(StageName)?.keys() ?? []), ...Object.keys(RouteSettings)]
  const unknown = merged.find((key) => !routes.includes(key))
  return unknown && `Unable to find Route by key ${unknown} within the provided RouteSettings`
}

export function putStage({ StageName, RouteSettings = {} }: Stage, { api }: Account): void {
  const settings = api.stages.get(StageName) ?? new Map<string, object>()
  for (const [key, value] of Object.entries(RouteSettings)) settings.set(key, value)
  api.stages.set(StageName, settings)
}

/** API Gateway pages routes. */
const PAGE = 40

/** The calls of a deployment to an API; `undefined` for any other path. */
export function apiCall(method: string, url: URL) {
  const [, domain] = /^\/v2\/domainnames\/([^/]+)\/apimappings$/.exec(url.pathname) ?? []
  if (domain !== undefined) return mappings(domain)
  const [, id = '', part = ''] = /^\/v2\/apis(?:\/([^/]+)(?:\/(.+))?)?$/.exec(url.pathname) ?? []
  const [, stage = '', key = ''] = /^stages\/([^/]+)\/routesettings\/(.+)$/.exec(part) ?? []
  const from = Number(url.searchParams.get('nextToken') ?? 0)
  if (url.pathname === '/v2/apis') return { name: 'GetApis', answer: apis }
  if (method === 'GET' && id !== '' && part === '') return call(`GetApi ${id}`, id, described)
  if (method === 'GET' && part === 'authorizers')
    return call(`GetAuthorizers ${id}`, id, () => ({ items: [] }))
  if (method === 'GET' && part === 'routes') return call(`GetRoutes ${id}`, id, (api) => routesOf(api, from))
  if (method === 'GET' && part === 'stages') return call(`GetStages ${id}`, id, stagesOf)
  if (method !== 'DELETE' || key === '') return undefined
  const [name, route] = [decodeURIComponent(stage), decodeURIComponent(key)]
  return call(`DeleteRouteSettings ${name} ${route}`, id, ({ stages }) => {
    if (stages.get(name)?.delete(route) !== true)
      throw new Failure(404, 'NotFoundException', 'Unable to find it')
    return {}
  })
}

function call(name: string, id: string, answer: (api: Api) => object) {
  return {
    name,
    answer: ({ api }: Account): Answer => {
      if (id !== api.id) throw new Failure(404, 'NotFoundException', 'Invalid API identifier specified')
      return { body: JSON.stringify(answer(api)) }
    },
  }
}

const described = ({ id, isClosed }: Api) => {
  const apiEndpoint = `https://${id}.execute-api.eu-central-1.amazonaws.com`
  return { apiId: id, name: 'certbound', disableExecuteApiEndpoint: isClosed, apiEndpoint }
}

const apis = ({ api }: Account): Answer => ({ body: JSON.stringify({ items: [described(api)] }) })

/** The API to which a domain is mapped. */
function mappings(domain: string) {
  return {
    name: `GetApiMappings ${domain}`,
    answer: ({ domains }: Account): Answer => {
      const apiId = domains.get(domain)?.apiId
      return { body: JSON.stringify({ items: apiId === undefined ? [] : [{ apiId }] }) }
    },
  }
}

function routesOf({ routes }: Api, from: number) {
  const all = [...routes].map((routeKey) => ({ routeKey }))
  const nextToken = from + PAGE < all.length ? String(from + PAGE) : undefined
  return { items: all.slice(from, from + PAGE), nextToken }
}

function stagesOf({ stages }: Api) {
  const items = [...stages].map(([stageName, settings]) => {
    return { stageName, routeSettings: Object.fromEntries(settings) }
  })
  return { items }
}
