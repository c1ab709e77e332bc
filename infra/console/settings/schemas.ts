import OPEN_API from '../../../docs/openapi.json' with { type: 'json' }

/** The part of JSON Schema that the console reads. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string | string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly string[]
  readonly description?: string
}

/** The objects of the Web API, keyed by their names in the OpenAPI file. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = OPEN_API.components.schemas
