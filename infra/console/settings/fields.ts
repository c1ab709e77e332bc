import { labelOf } from './labels.ts'
import { type JsonSchema, SCHEMAS } from './schemas.ts'

/** How a setting is shown and changed. */
export type Control =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice' | 'choices'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly isWhole: boolean }
  | { readonly kind: 'text' | 'json' | 'lines' | 'certificates' | 'keys' }
  | { readonly kind: 'pairs'; readonly members: readonly [string, string] }
  | { readonly kind: 'scopes' }
  /** The setting has its own page. */
  | { readonly kind: 'other' }

/** A setting of a service or of a client, as the Web API's schema declares it. */
export interface Field {
  /** The path of the member in the record; `extension.NAME` in the object `extension`. */
  readonly path: string
  readonly label: string
  /** The text of the reference, in Markdown. */
  readonly help: string
  readonly control: Control
  /** The default in words, in Markdown. */
  readonly initial: string
  /** Whether an empty list and an absent list have different meanings. */
  readonly isAbsentable: boolean
  readonly hasEffect: boolean
}

export type Kind = 'service' | 'client'
export type Fields = ReadonlyMap<string, Field>

function allFields(): Record<Kind, Fields> {
  const { ServiceSettings = {}, ClientSettings = {} } = SCHEMAS
  return { service: fieldsOf(ServiceSettings), client: fieldsOf(ClientSettings) }
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema): Fields {
  const fields = Object.entries(properties).flatMap(([name, schema]) => {
    const { properties: inside } = schema
    if (inside === undefined) return [fieldOf(name, schema, required.includes(name))]
    return Object.entries(inside).map(([member, part]) => fieldOf(`${name}.${member}`, part, false))
  })
  return new Map(fields.map((field) => [field.path, field]))
}

function fieldOf(path: string, schema: JsonSchema, isRequired: boolean): Field {
  const control = controlOf(path, withoutNull(schema))
  const isList = ['choices', 'lines', 'certificates', 'pairs', 'scopes'].includes(control.kind)
  const hasEffect = schema['x-stored-only'] !== true
  const initial = schema['default'] ?? schema['x-initial']
  return {
    path,
    label: labelOf(path),
    help: schema.description ?? '',
    control,
    initial: initial === undefined ? (isRequired ? 'required' : 'not set') : valueWords(initial),
    isAbsentable: isList && hasEffect && initial === undefined && !path.includes('.'),
    hasEffect,
  }
}

function valueWords(value: unknown): string {
  const values = [value].flat().map((one) => `\`${String(one)}\``)
  return values.join(', ') || 'none'
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const { anyOf, type } = schema
  const only = anyOf?.filter((one) => one.type !== 'null')
  if (only?.length === 1) return only[0] ?? schema
  return Array.isArray(type) ? { ...schema, type: type.find((one) => one !== 'null') ?? 'null' } : schema
}

/** Texts with JSON, and lists with PEM. The schema has no types for them. */
const JSON_TEXTS: Readonly<Record<string, 'keys' | 'json'>> = { jwks: 'keys', customMetadata: 'json' }
const PEM_LISTS = ['trustedRootCertificates', 'clientCertificateIssuers']

function controlOf(path: string, schema: JsonSchema): Control {
  const { type, enum: values, items } = schema
  if (values !== undefined) return { kind: 'choice', values }
  if (type === 'boolean') return { kind: 'switch' }
  if (type === 'integer' || type === 'number') return numberControl(schema, type === 'integer')
  if (type === 'string') return { kind: JSON_TEXTS[path] ?? 'text' }
  if (path === 'supportedScopes') return { kind: 'scopes' }
  if (type !== 'array' || items === undefined) return { kind: 'other' }
  if (items.enum !== undefined) return { kind: 'choices', values: items.enum }
  if (items.type === 'string') return { kind: PEM_LISTS.includes(path) ? 'certificates' : 'lines' }
  const members = Object.entries(items.properties ?? {})
  const [first, second, ...more] = members.map(([name]) => name)
  const isPair = members.every(([, { type: inside }]) => inside === 'string') && more.length === 0
  if (!isPair || first === undefined || second === undefined) return { kind: 'other' }
  return { kind: 'pairs', members: [first, second] }
}

function numberControl(schema: JsonSchema, isWhole: boolean): Control {
  const { minimum, exclusiveMinimum, maximum } = schema
  const min = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : minimum
  return {
    kind: 'number',
    isWhole,
    ...(typeof min === 'number' ? { min } : {}),
    ...(typeof maximum === 'number' ? { max: maximum } : {}),
  }
}

/** The settings of each kind of record, in the order of the reference. */
export const FIELDS: Readonly<Record<Kind, Fields>> = allFields()
