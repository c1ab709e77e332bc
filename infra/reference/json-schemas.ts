import * as z from 'zod/mini'
import {
  ClientAnswer,
  CreatedClientAnswer,
  SecretAnswer,
} from '../../functions/management/clients/answer-schema.ts'
import { ClientSettings } from '../../functions/management/clients/request.ts'
import { CARRIED_BY_CLIENTS } from '../../functions/management/clients/settings-schema.ts'
import { CreatedServiceAnswer, ServiceAnswer } from '../../functions/management/services/answer-schema.ts'
import { ServiceSettings } from '../../functions/management/services/request.ts'
import { CARRIED_BY_SERVICES } from '../../functions/management/services/settings-schema.ts'
import { UserinfoClaims, UserinfoContent } from '../../functions/userinfo/answer-schema.ts'
import { ApiError, ErrorContent, OAuthError } from '../../shared/answer-schema.ts'
import { Metadata, PublicJwkSet } from '../../shared/metadata/metadata-schema.ts'
import { CLIENT_MEANINGS, EXTENSION_MEANINGS } from '../../shared/store/client-reference.ts'
import { SERVICE_SETTINGS } from '../../shared/store/service.ts'
import { SERVICE_MEANINGS } from '../../shared/store/service-reference.ts'
import { ENDPOINTS, referenceOf } from './endpoints.ts'
import {
  CERTIFICATE_MEANINGS,
  ISSUER_DATE_MEANINGS,
  SOURCE_MEANINGS,
  TOKEN_COUNT_MEANINGS,
} from './certificate-members.ts'
import { KEY_USE_MEANINGS, RECORD_MEANINGS, STEP_MEANINGS } from './inner-members.ts'
import { MEMBERS } from './members.ts'
import { deployedRoutes } from './operations.ts'
import { PROFILE_TABLES } from './profile.ts'

/** The part of JSON Schema that is read here. */
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
  description?: string | undefined
  contentMediaType?: string
  contentSchema?: JsonSchema
}

type Kind = 'Request' | 'Response' | 'Content' | 'Form'

/** The names of schemas that several endpoints share. Every other schema is named after its endpoint. */
const NAMES = new Map<z.ZodMiniType, string>([
  [ApiError, 'ApiError'],
  [OAuthError, 'OAuthError'],
  [ErrorContent, 'ErrorContent'],
  [Metadata, 'Metadata'],
  [PublicJwkSet, 'JwkSet'],
  [ClientAnswer, 'Client'],
  [CreatedClientAnswer, 'CreatedClient'],
  [ClientSettings, 'ClientSettings'],
  [SecretAnswer, 'ClientSecretResponse'],
  [ServiceAnswer, 'Service'],
  [CreatedServiceAnswer, 'CreatedService'],
  [ServiceSettings, 'ServiceSettings'],
  [UserinfoContent, 'UserinfoContent'],
  [UserinfoClaims, 'UserinfoClaims'],
])

export const reference = (name: string) => `#/components/schemas/${name}`

export function nameAfter(endpoint: string, kind: Kind): string {
  const words = endpoint.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') + kind
}

/** The name of a schema in the OpenAPI file. */
export function schemaName(schema: z.ZodMiniType, endpoint: string, kind: Kind): string {
  const name = NAMES.get(schema) ?? nameAfter(endpoint, kind)
  NAMES.set(schema, name)
  return name
}

/** Every schema as JSON Schema 2020-12, keyed by name, with descriptions. @throws Error that names a member without a description */
export function jsonSchemas(): Record<string, JsonSchema> {
  const requests = z.registry<{ id: string }>()
  const answers = z.registry<{ id: string }>()
  const forms: [string, JsonSchema][] = []
  for (const schema of [ApiError, OAuthError]) add(answers, schema, '', 'Response')
  for (const { endpoint, call } of deployedRoutes()) {
    const { answer, content = {}, form, required = [] } = referenceOf(endpoint)
    if (call !== undefined) add(requests, call, endpoint, 'Request')
    if (typeof answer === 'object') add(answers, answer, endpoint, 'Response')
    for (const schema of Object.values(content)) add(answers, schema, endpoint, 'Content')
    if (form !== undefined && call === undefined) {
      forms.push([nameAfter(endpoint, 'Form'), formSchema(Object.keys(form.repeated), required)])
    }
  }
  const all = { ...convert(requests, 'input'), ...Object.fromEntries(forms), ...convert(answers, 'output') }
  for (const [name, schema] of Object.entries(all)) describe(schema, name, SETTINGS[name])
  addInitialValues(all['ServiceSettings'])
  for (const [name, setting, keywords] of PROFILE_TABLES)
    Object.assign(all[name]?.properties?.[setting] ?? {}, keywords)
  addDetails(all)
  addContents(all)
  return all
}

type Named = ReturnType<typeof z.registry<{ id: string }>>

function add(registry: Named, schema: z.ZodMiniType, endpoint: string, kind: Kind): void {
  if (!registry.has(schema)) registry.add(schema, { id: schemaName(schema, endpoint, kind) })
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
      // Clients must accept unknown members.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      // These are the bounds of every JSON integer.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  const all = Object.entries(schemas as Record<string, JsonSchema>)
  return Object.fromEntries(all.map(([name, { $schema: _, $id: _id, ...schema }]) => [name, schema] as const))
}

type Meanings = Readonly<Record<string, string>>

/** The description of settings that are only stored. Programs find them with the keyword `x-stored-only`. */
const NO_EFFECT = 'Stored and returned; has no effect.'

function withCarried(carried: object, deciding: Meanings): Meanings {
  const stored = Object.keys(carried).map((name) => [name, NO_EFFECT] as const)
  return { ...Object.fromEntries(stored), ...deciding }
}

const SERVICE_DESCRIPTIONS = withCarried(CARRIED_BY_SERVICES, SERVICE_MEANINGS)
const CLIENT_DESCRIPTIONS = withCarried(CARRIED_BY_CLIENTS, CLIENT_MEANINGS)

/** The schemas and members whose own members are settings. */
const SETTINGS: Readonly<Record<string, Meanings>> = {
  ...{
    ServiceSettings: SERVICE_DESCRIPTIONS,
    Service: SERVICE_DESCRIPTIONS,
    CreatedService: SERVICE_DESCRIPTIONS,
    service: SERVICE_DESCRIPTIONS,
  },
  ClientSettings: CLIENT_DESCRIPTIONS,
  Client: CLIENT_DESCRIPTIONS,
  CreatedClient: CLIENT_DESCRIPTIONS,
  client: CLIENT_DESCRIPTIONS,
  clients: CLIENT_DESCRIPTIONS,
  extension: EXTENSION_MEANINGS,
  steps: STEP_MEANINGS,
  ...{ records: RECORD_MEANINGS, changes: RECORD_MEANINGS, members: RECORD_MEANINGS },
  keyUses: KEY_USE_MEANINGS,
  ...{ certificates: CERTIFICATE_MEANINGS, revocations: CERTIFICATE_MEANINGS },
  ...{ sources: SOURCE_MEANINGS, lists: SOURCE_MEANINGS },
  tokens: TOKEN_COUNT_MEANINGS,
  clientCertificatesNotBefore: ISSUER_DATE_MEANINGS,
}

/** The descriptions of members that a schema does not name. */
const OTHER_MEMBERS: Meanings = {
  UserinfoContent: 'A claim of the caller.',
  UserinfoClaims: 'A claim of the caller.',
}

/** Adds the description of each member, at any depth. */
function describe(schema: JsonSchema, name: string, settings: Meanings = {}): void {
  for (const [member, inside] of Object.entries(schema.properties ?? {})) {
    const description = settings[member] ?? MEMBERS[`${name}.${member}`] ?? MEMBERS[member]
    if (description === undefined) throw new Error(`describe ${name}.${member} in infra/reference/members.ts`)
    const mark = description === NO_EFFECT ? { 'x-stored-only': true } : {}
    schema.properties = { ...schema.properties, [member]: { ...inside, description, ...mark } }
    describe(schema.properties[member] ?? {}, name, SETTINGS[member])
  }
  for (const inside of insideOf(schema)) describe(inside, name, settings)
  if (typeof schema.additionalProperties === 'object') {
    schema.additionalProperties = {
      ...schema.additionalProperties,
      description: OTHER_MEMBERS[name] ?? 'An extra property of the token.',
    }
  }
}

export function insideOf({ items, anyOf = [], oneOf = [], additionalProperties: more }: JsonSchema) {
  return [
    ...anyOf,
    ...oneOf,
    ...(items === undefined ? [] : [items]),
    ...(typeof more === 'object' ? [more] : []),
  ]
}

/** Adds the initial values of a new service. They are not a `default` of the schema, because an update does not change absent settings. */
function addInitialValues({ properties = {} }: JsonSchema = {}): void {
  for (const [name, { _zod }] of Object.entries<z.ZodMiniType>(SERVICE_SETTINGS)) {
    const setting = properties[name]
    if (setting !== undefined && _zod.def.type === 'default')
      setting['x-initial'] = (_zod.def as z.core.$ZodDefaultDef).defaultValue
  }
}

/** Adds required members and parameters. The schema that parses a call does not require them, because a missing member has its own result code. */
function addDetails(schemas: Record<string, JsonSchema>): void {
  for (const { endpoint, call } of deployedRoutes()) {
    const schema = call && schemas[schemaName(call, endpoint, 'Request')]
    const { required, form } = referenceOf(endpoint)
    if (schema !== undefined && required !== undefined) schema.required = [...required]
    const parameters = schema?.properties?.['parameters']
    if (parameters === undefined || form === undefined) continue
    const names = Object.keys(form.repeated).map((name) => `\`${name}\``)
    parameters.description = `${parameters.description ?? ''} The parameters are: ${names.join(', ')}.`
  }
}

/** Adds the schema of the JSON in `responseContent`, for actions with JSON. */
function addContents(schemas: Record<string, JsonSchema>): void {
  for (const [endpoint, { answer, content = {} }] of Object.entries(ENDPOINTS)) {
    if (typeof answer !== 'object') continue
    const schema = schemas[schemaName(answer, endpoint, 'Response')] ?? {}
    for (const variant of [schema, ...insideOf(schema)]) {
      const [only, ...more] = new Set(variant.properties?.['action']?.enum?.map((action) => content[action]))
      const text = variant.properties?.['responseContent']
      if (only === undefined || more.length > 0 || text === undefined) continue
      text.contentMediaType = 'application/json'
      text.contentSchema = { $ref: reference(schemaName(only, endpoint, 'Content')) }
    }
  }
}
