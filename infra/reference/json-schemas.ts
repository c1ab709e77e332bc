import * as z from 'zod/mini'
import {
  ClientAnswer,
  CreatedClientAnswer,
  SecretAnswer,
} from '../../functions/management/clients/answer-schema.ts'
import { ClientSettings } from '../../functions/management/clients/request.ts'
import { CreatedServiceAnswer, ServiceAnswer } from '../../functions/management/services/answer-schema.ts'
import { ServiceSettings } from '../../functions/management/services/request.ts'
import { CARRIED_BY_CLIENTS as CARRIED_OF_CLIENTS } from '../../functions/management/clients/settings-schema.ts'
import { CARRIED_BY_SERVICES as CARRIED_OF_SERVICES } from '../../functions/management/services/settings-schema.ts'
import { ApiError, ErrorContent, OAuthError } from '../../shared/answer-schema.ts'
import { JwkSet, Metadata } from '../../shared/metadata/metadata-schema.ts'
import { ANSWERS } from './answers.ts'
import { told } from './endpoints.ts'
import { MEMBERS } from './members.ts'
import { deployedRoutes } from './operations.ts'
import { SETTINGS } from './settings.ts'

/** Settings that have no effect. */
const CARRIED = new Set([...Object.keys(CARRIED_OF_CLIENTS), ...Object.keys(CARRIED_OF_SERVICES)])

/** As far as they are looked into here. */
export interface JsonSchema {
  [keyword: string]: unknown
  $ref?: string
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  additionalProperties?: boolean | JsonSchema
  enum?: string[]
  const?: unknown
  description?: string
}

/** Names of schemas that are of no one endpoint. All others are called after theirs. */
const NAMES = new Map<z.ZodMiniType, string>([
  [ApiError, 'ApiError'],
  [OAuthError, 'OAuthError'],
  [ErrorContent, 'ErrorContent'],
  [Metadata, 'Metadata'],
  [JwkSet, 'JwkSet'],
  [ClientAnswer, 'Client'],
  [CreatedClientAnswer, 'CreatedClient'],
  [ClientSettings, 'ClientSettings'],
  [SecretAnswer, 'ClientSecretResponse'],
  [ServiceAnswer, 'Service'],
  [CreatedServiceAnswer, 'CreatedService'],
  [ServiceSettings, 'ServiceSettings'],
])

export const reference = (name: string) => `#/components/schemas/${name}`

export function nameAfter(endpoint: string, kind: 'Request' | 'Response' | 'Content' | 'Form'): string {
  const words = endpoint.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') + kind
}

/** @returns the name under which the schema of an endpoint is found */
export function nameOf(
  schema: z.ZodMiniType,
  endpoint: string,
  kind: Parameters<typeof nameAfter>[1],
): string {
  const name = NAMES.get(schema) ?? nameAfter(endpoint, kind)
  NAMES.set(schema, name)
  return name
}

/** Every schema as JSON Schema 2020-12, by name, with descriptions. @throws Error that names a member without one */
export function jsonSchemas(): Record<string, JsonSchema> {
  const requests = z.registry<{ id: string }>()
  const answers = z.registry<{ id: string }>()
  const forms: [string, JsonSchema][] = []
  for (const schema of [ApiError, OAuthError]) add(answers, schema, '', 'Response')
  for (const { endpoint, call } of deployedRoutes()) {
    const { body, content = {} } = ANSWERS[endpoint] ?? { body: 'text' }
    if (call !== undefined) add(requests, call, endpoint, 'Request')
    if (typeof body === 'object') add(answers, body, endpoint, 'Response')
    for (const schema of Object.values(content)) add(answers, schema, endpoint, 'Content')
    const { form, required = [] } = told(endpoint)
    if (form !== undefined && call === undefined) {
      forms.push([nameAfter(endpoint, 'Form'), formSchema(Object.keys(form.repeated), required)])
    }
  }
  const taken = { ...convert(requests, 'input'), ...Object.fromEntries(forms), ...convert(answers, 'output') }
  for (const [name, schema] of Object.entries(taken)) describe(schema, name)
  addRequired(taken)
  addContents(taken)
  return taken
}

type Named = ReturnType<typeof z.registry<{ id: string }>>

function add(
  registry: Named,
  schema: z.ZodMiniType,
  endpoint: string,
  kind: Parameters<typeof nameAfter>[1],
): void {
  if (!registry.has(schema)) registry.add(schema, { id: nameOf(schema, endpoint, kind) })
}

function formSchema(names: readonly string[], required: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(names.map((name): [string, JsonSchema] => [name, { type: 'string' }]))
  return { type: 'object', properties, required: [...required] }
}

function convert(registry: Named, io: 'input' | 'output'): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: reference,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (io === 'output') delete jsonSchema.default
      // A client must take members that it does not know.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      // What every integer of JSON is.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  const all = Object.entries(schemas as Record<string, JsonSchema>)
  return Object.fromEntries(all.map(([name, { $schema: _, $id: _id, ...schema }]) => [name, schema]))
}

/** Of each member, at any depth. */
function describe(schema: JsonSchema, name: string): void {
  for (const [member, inside] of Object.entries(schema.properties ?? {})) {
    const description = descriptionOf(name, member)
    if (description === undefined) throw new Error(`no description of ${name}.${member} in infra/reference`)
    schema.properties = { ...schema.properties, [member]: { ...inside, description } }
    describe(schema.properties[member] ?? {}, name)
  }
  for (const inside of insideOf(schema)) describe(inside, name)
}

function descriptionOf(name: string, member: string): string | undefined {
  const told = MEMBERS[`${name}.${member}`] ?? MEMBERS[member] ?? SETTINGS[member]
  return told ?? (CARRIED.has(member) ? 'Stored and returned.' : undefined)
}

export function insideOf({
  items,
  anyOf = [],
  oneOf = [],
  additionalProperties: more,
}: JsonSchema): JsonSchema[] {
  return [
    ...anyOf,
    ...oneOf,
    ...(items === undefined ? [] : [items]),
    ...(typeof more === 'object' ? [more] : []),
  ]
}

/** What is missing is refused by a code of its own, so that no schema asks for it. */
function addRequired(schemas: Record<string, JsonSchema>): void {
  for (const { endpoint, call } of deployedRoutes()) {
    const schema = call && schemas[nameOf(call, endpoint, 'Request')]
    const { required } = told(endpoint)
    if (schema !== undefined && required !== undefined) schema.required = [...required]
  }
}

/** The JSON in `responseContent`, for the actions that have some. */
function addContents(schemas: Record<string, JsonSchema>): void {
  for (const [endpoint, { body, content = {} }] of Object.entries(ANSWERS)) {
    if (typeof body !== 'object') continue
    const schema = schemas[nameOf(body, endpoint, 'Response')] ?? {}
    for (const variant of [schema, ...insideOf(schema)]) {
      const [only, ...more] = new Set(variant.properties?.['action']?.enum?.map((action) => content[action]))
      const text = variant.properties?.['responseContent']
      if (only === undefined || more.length > 0 || text === undefined) continue
      text['contentMediaType'] = 'application/json'
      text['contentSchema'] = { $ref: reference(nameOf(only, endpoint, 'Content')) }
    }
  }
}
