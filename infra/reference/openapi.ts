import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Description, Route } from '../../shared/lambda/route.ts'
import { answeredCodes } from './answered-codes.ts'
import { ANSWERS } from './answers.ts'
import { told } from './endpoints.ts'
import { type JsonSchema, jsonSchemas, nameAfter, nameOf, reference } from './json-schemas.ts'
import { PATH_PARAMETERS } from './members.ts'
import { deployedRoutes, type Operation, operationsOf } from './operations.ts'
import { ROOT } from '../root.ts'

/** The OpenAPI 3.1 description of all routes. */
export function openApi() {
  const schemas = jsonSchemas()
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const paths: Record<string, Record<string, object>> = {}
  for (const route of deployedRoutes()) {
    const codes = allCodes(answeredCodes(route, schemas))
    for (const operation of operationsOf(route)) {
      paths[operation.template] = {
        ...paths[operation.template],
        [operation.method]: describe(operation, codes, schemas),
      }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'certbound',
      version,
      summary: 'OAuth 2.0 access tokens bound to the client’s TLS certificate (RFC 8705)',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://mtls.example.com',
        description: 'The mutual-TLS domain: the one where a client can prove a certificate',
      },
      { url: 'https://api.example.com', description: 'The plain domain' },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: reached(paths, schemas), responses: RESPONSES, securitySchemes: SECURITY_SCHEMES },
  }
}

export const TAGS = {
  runtime: 'Web API: requests of clients, passed on by an authorization server or a resource server.',
  tokens: 'Web API: management of tokens.',
  clients: 'Web API: management of clients.',
  services: 'Web API: management of services.',
  probes: 'Open to everyone.',
  oauth: 'OAuth: clients and resource servers themselves.',
} as const

export function tagOf({ endpoint, face, access }: Route): keyof typeof TAGS {
  if (face === 'oauth') return 'oauth'
  if (access === 'everyone') return 'probes'
  if (endpoint.startsWith('/service/')) return 'services'
  if (/^\/(auth\/token|client\/authorization)\//.test(endpoint)) return 'tokens'
  return endpoint.startsWith('/client/') ? 'clients' : 'runtime'
}

const MEDIA = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const

function describe(
  operation: Operation,
  codes: readonly string[],
  schemas: Record<string, JsonSchema>,
): object {
  const { id, route, method } = operation
  const { summary } = told(route.endpoint)
  const parameters = [...inPath(operation), ...inQuery(operation, schemas)]
  return {
    operationId: id,
    summary,
    tags: [tagOf(route)],
    security: security(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(method === 'post' ? { requestBody: requestBody(operation, schemas) } : {}),
    responses: responses(route),
    ...(route.face === 'oauth' ? {} : { 'x-result-codes': codes }),
  }
}

/** Of successes and refusals together. */
function allCodes({ successes, refusals }: ReturnType<typeof answeredCodes>): string[] {
  return [...new Set([...successes, ...refusals.map(([code]) => code)])].sort()
}

function inPath({ template }: Operation): object[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, description: PATH_PARAMETERS[name] },
    schema: { type: 'string' },
  }))
}

/** What the path has is not read from the query. */
function inQuery({ route, method, template }: Operation, schemas: Record<string, JsonSchema>): object[] {
  if (method === 'post' || route.call === undefined) return []
  const { properties = {}, required = [] } = schemas[nameOf(route.call, route.endpoint, 'Request')] ?? {}
  const open = Object.entries(properties).filter(([name]) => !template.includes(`{${name}}`))
  return open.map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query', description, schema },
    ...(required.includes(name) ? { required: true } : {}),
  }))
}

function requestBody({ route }: Operation, schemas: Record<string, JsonSchema>): object {
  const { endpoint, call } = route
  if (call === undefined) {
    return {
      required: true,
      content: { [MEDIA.form]: { schema: { $ref: reference(nameAfter(endpoint, 'Form')) } } },
    }
  }
  const name = nameOf(call, endpoint, 'Request')
  const schema = { $ref: reference(name) }
  const json = { [MEDIA.json]: { schema } }
  if (told(endpoint).jsonOnly === true) return { required: true, content: json }
  const lists = Object.entries(schemas[name]?.properties ?? {}).filter(
    ([, { items }]) => items?.type === 'string',
  )
  const encoding = Object.fromEntries(
    lists.map(([member]) => [member, { style: 'spaceDelimited', explode: false }]),
  )
  const form = { [MEDIA.form]: { schema, ...(lists.length === 0 ? {} : { encoding }) } }
  return { required: true, content: { ...json, ...form } }
}

function responses({ endpoint, face, access }: Route): object {
  const { body } = ANSWERS[endpoint] ?? { body: 'text' }
  const errors =
    access === 'everyone' && face === 'webApi' ? {} : { default: { $ref: `#/components/responses/${face}` } }
  if (body === 'nothing') return { 204: { description: 'It is gone.' }, ...errors }
  if (typeof body === 'string') {
    return {
      200: { description: 'It works.', content: { 'text/plain': { schema: { type: 'string' } } } },
      ...errors,
    }
  }
  const schema = { $ref: reference(nameOf(body, endpoint, 'Response')) }
  return { 200: { description: 'The answer.', content: { [MEDIA.json]: { schema } } }, ...errors }
}

const RESPONSES = {
  webApi: {
    description: 'An error about the call itself: 400, 401, 403, 404, 405, 500 or 503.',
    content: { [MEDIA.json]: { schema: { $ref: reference('ApiError') } } },
  },
  oauth: {
    description: 'An OAuth error: 400, 401, 403, 404, 405, 500 or 503.',
    content: { [MEDIA.json]: { schema: { $ref: reference('OAuthError') } } },
  },
}

const SECURITY_SCHEMES = {
  serviceSecret: {
    type: 'http',
    scheme: 'basic',
    description: 'v2: number of the service and a secret of a role.',
  },
  serviceToken: { type: 'http', scheme: 'bearer', description: 'v3: a token of a role.' },
  ownerSecret: {
    type: 'http',
    scheme: 'basic',
    description: 'v2: key and secret of the owner of the deployment.',
  },
  ownerToken: { type: 'http', scheme: 'bearer', description: 'v3: the token of the organization.' },
  clientSecret: { type: 'http', scheme: 'basic', description: 'OAuth: `client_secret_basic`.' },
  clientCertificate: { type: 'mutualTLS', description: 'OAuth: the certificate of the connection.' },
}

/** One of the list is enough. In OpenAPI 3.1 the names beside such schemes are roles. */
function security({ route: { access }, version }: Operation): object[] {
  const scheme = version === 'v3' ? 'serviceToken' : 'serviceSecret'
  const owner = [{ ownerSecret: [] }, { ownerToken: [] }]
  const table: Record<Description['access'], object[]> = {
    introspect: [{ [scheme]: ['introspect'] }],
    runtime: [{ [scheme]: ['runtime'] }],
    manage: [{ [scheme]: ['manage'] }],
    service: version === 'v3' ? [{ serviceToken: ['manage'] }, { ownerToken: [] }] : owner,
    owner,
    client: [
      {},
      { clientSecret: [] },
      { clientCertificate: [] },
      { clientSecret: [], clientCertificate: [] },
    ],
    holder: [{ clientCertificate: [] }],
    everyone: [],
  }
  return table[access]
}

/** Calls that are all in the query have no body to be referred to. */
function reached(paths: object, schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const found = new Set<string>()
  const look = (value: unknown) => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue
      if (!(name in schemas)) throw new Error(`there is no schema ${name}`)
      found.add(name)
      look(schemas[name])
    }
  }
  look([paths, RESPONSES])
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}
