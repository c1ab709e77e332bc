import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Route } from '../../shared/lambda/route.ts'
import PROJECT from '../../package.json' with { type: 'json' }
import { referenceOf } from './endpoints.ts'
import { type JsonSchema, jsonSchemas, nameAfter, schemaName, reference } from './json-schemas.ts'
import { PATH_PARAMETERS } from './members.ts'
import { deployedRoutes, operationsOf, type RouteMethod } from './operations.ts'
import { resultCodes } from './result-codes.ts'

/** The OpenAPI 3.1 description of all routes. */
export function openApi() {
  const schemas = jsonSchemas()
  const paths: Record<string, Record<string, Operation>> = {}
  for (const called of deployedRoutes().flatMap(operationsOf)) {
    const { template, method } = called
    paths[template] = { ...paths[template], [method]: operation(called, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'certbound',
      version: PROJECT.version,
      summary: 'OAuth 2.0 access tokens bound to the client’s TLS certificate (RFC 8705)',
      description: readFileSync(join(import.meta.dirname, 'introduction.md'), 'utf8'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://mtls.example.com',
        description: 'The mutual-TLS domain, the only one where clients can prove a certificate',
      },
      { url: 'https://api.example.com', description: 'The plain domain' },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: referredTo(paths, schemas),
      responses: RESPONSES,
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

export type OpenApi = ReturnType<typeof openApi>

/** A method of a path in the file. */
export type Operation = ReturnType<typeof operation>

type Codes = Partial<Record<'x-errors' | 'x-result-codes', readonly string[]>>

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string | undefined
  readonly schema: JsonSchema
}

type Responses = Readonly<
  Record<string, { $ref?: string; description?: string; headers?: object; content?: Content }>
>
type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly encoding?: object }>>

const TAGS = {
  runtime: 'Web API: requests of clients, forwarded by an authorization server or a resource server.',
  tokens: 'Web API: management of tokens.',
  clients: 'Web API: management of clients.',
  services: 'Web API: management of services.',
  probes: 'Open to everyone.',
  oauth: 'OAuth: for clients and resource servers themselves.',
} as const

function tagOf({ endpoint, face, access }: Route): keyof typeof TAGS {
  if (face === 'oauth') return 'oauth'
  if (access === 'everyone') return 'probes'
  if (endpoint.startsWith('/service/')) return 'services'
  if (/^\/(auth\/token|client\/authorization)\//.test(endpoint)) return 'tokens'
  return endpoint.startsWith('/client/') ? 'clients' : 'runtime'
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function operation(called: RouteMethod, schemas: Record<string, JsonSchema>) {
  const { id, route, method, version, template } = called
  const members = route.call && schemas[schemaName(route.call, route.endpoint, 'Request')]
  const more = method === 'post' ? inHeader(route) : inQuery(members, template)
  const parameters = [...inPath(template), ...more]
  const [callers, security] = callersOf(version, route)
  const codes: Codes = { [route.face === 'oauth' ? 'x-errors' : 'x-result-codes']: resultCodes(route) }
  return {
    operationId: id,
    summary: referenceOf(route.endpoint).summary,
    description: `For ${callers}.`,
    tags: [tagOf(route)],
    security,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(method === 'post' ? { requestBody: { required: true, content: bodyOf(route, members) } } : {}),
    responses: responses(route),
    ...codes,
  }
}

function inPath(template: string): Parameter[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_PARAMETERS[name],
    schema: { type: 'string' },
  }))
}

function inHeader({ endpoint }: Route): Parameter[] {
  if (referenceOf(endpoint).tagged !== true) return []
  const description =
    'The entity tags of which one must be that of the object, or `*` (RFC 9110 section 13.1.1).'
  return [{ name: 'If-Match', in: 'header', required: false, description, schema: { type: 'string' } }]
}

const ETAG = {
  description: 'The entity tag of the object. It changes with each stored change.',
  schema: { type: 'string' },
}

/** The members of a call with GET or DELETE that are not in the path. */
function inQuery({ properties = {}, required = [] }: JsonSchema = {}, template: string): Parameter[] {
  const members = Object.entries(properties).filter(([name]) => !template.includes(`{${name}}`))
  return members.map(([name, schema]) => {
    const { description } = schema
    return { name, in: 'query', required: required.includes(name), description, schema }
  })
}

function bodyOf({ endpoint, call }: Route, members: JsonSchema = {}): Content {
  const name = call ? schemaName(call, endpoint, 'Request') : nameAfter(endpoint, 'Form')
  const schema = { $ref: reference(name) }
  if (call === undefined) return { [FORM_TYPE]: { schema } }
  if (referenceOf(endpoint).jsonOnly === true) return { [JSON_TYPE]: { schema } }
  const lists = Object.entries(members.properties ?? {}).filter(([, { items }]) => items?.type === 'string')
  const encoding = lists.map(([list]) => [list, { style: 'spaceDelimited', explode: false }] as const)
  const form = { schema, ...(lists.length === 0 ? {} : { encoding: Object.fromEntries(encoding) }) }
  return { [JSON_TYPE]: { schema }, [FORM_TYPE]: form }
}

function responses({ endpoint, face, access }: Route): Responses {
  const { answer, tagged, creates } = referenceOf(endpoint)
  const isProbe = access === 'everyone' && face === 'webApi'
  const errors = isProbe ? {} : { default: { $ref: `#/components/responses/${face}` } }
  if (answer === 'nothing') return { 204: { description: 'Success, without a body.' }, ...errors }
  const content =
    typeof answer === 'string'
      ? { 'text/plain': { schema: { type: 'string' } } }
      : { [JSON_TYPE]: { schema: { $ref: reference(schemaName(answer, endpoint, 'Response')) } } }
  const headers = tagged === true ? { headers: { ETag: ETAG } } : {}
  const status = creates === true ? 201 : 200
  return { [status]: { description: 'The answer.', ...headers, content }, ...errors }
}

const RESPONSES = {
  webApi: {
    description: 'An error about the call itself: 400, 401, 403, 404, 405, 412, 500 or 503.',
    content: { [JSON_TYPE]: { schema: { $ref: reference('ApiError') } } },
  },
  oauth: {
    description: 'An OAuth error: 400, 401, 403, 404, 405, 500 or 503.',
    content: { [JSON_TYPE]: { schema: { $ref: reference('OAuthError') } } },
  },
}

const basic = (description: string) => ({ type: 'http', scheme: 'basic', description })
const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description })

const SECURITY_SCHEMES = {
  serviceSecret: basic('Version 2: the number of the service, and a secret with a role.'),
  serviceToken: bearer('Version 3: a token with a role.'),
  ownerSecret: basic('Version 2: the key and the secret of the owner of the deployment.'),
  ownerToken: bearer('Version 3: the token of the organization.'),
  clientSecret: basic('OAuth: `client_secret_basic`.'),
  clientCertificate: { type: 'mutualTLS', description: 'OAuth: the certificate of the connection.' },
}

type Access = Readonly<Record<Route['access'], readonly [callers: string, alternatives: readonly object[]]>>

function callersOf(
  version: RouteMethod['version'],
  { access, organization }: Route,
): Access[Route['access']] {
  const [callers, security] = accessOf(version)[access]
  const isMore = organization === true && version === 'v3' && access !== 'service'
  return isMore
    ? [`${callers}, and for the organization`, [...security, { ownerToken: [] }]]
    : [callers, security]
}

/** The permitted callers, and their security schemes. In OpenAPI 3.1 the names in the lists are roles. */
function accessOf(version: RouteMethod['version']): Access {
  const scheme = version === 'v3' ? 'serviceToken' : 'serviceSecret'
  const ofRole = (role: string) => [`callers with the role \`${role}\``, [{ [scheme]: [role] }]] as const
  const owner = [{ ownerSecret: [] }, { ownerToken: [] }]
  const service = version === 'v3' ? [{ serviceToken: ['manage'] }, { ownerToken: [] }] : owner
  const client = [{}, { clientSecret: [] }, { clientCertificate: [] }]
  return {
    introspect: ofRole('introspect'),
    runtime: ofRole('runtime'),
    manage: ofRole('manage'),
    service: ['callers with the role `manage` (v3), and for the owner of the deployment', service],
    owner: ['the owner of the deployment', owner],
    client: ['clients', [...client, { clientSecret: [], clientCertificate: [] }]],
    holder: ['the holder of the client certificate', [{ clientCertificate: [] }]],
    everyone: ['everyone', []],
  }
}

/** The schemas that are referred to. The members of a call with GET or DELETE are parameters instead. */
function referredTo(paths: object, schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const isUsed = ([name]: [string, JsonSchema]) =>
    JSON.stringify([paths, RESPONSES, { ...schemas, [name]: undefined }]).includes(`"${reference(name)}"`)
  return Object.fromEntries(Object.entries(schemas).filter(isUsed))
}
