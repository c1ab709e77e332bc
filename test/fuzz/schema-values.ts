import fc from 'fast-check'
import openApi from '../../docs/openapi.json' with { type: 'json' }
import type { JsonSchema } from '../../infra/reference/json-schemas.ts'
import { form, hostile, texts } from './hostile-values.ts'

const SCHEMAS = openApi.components.schemas as unknown as Readonly<Record<string, JsonSchema>>

/** Members that hold what certbound has made. No other member has placeholders of secrets: it would be stored as it is. */
const USUAL: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ticket: fc.constant('{{ticket}}'),
  token: fc.constantFrom('{{access}}', '{{refresh}}'),
  accessToken: fc.constantFrom('{{access}}', '{{refresh}}'),
  parameters: form.map((pairs) => ({ pairs })),
  clientId: fc.constantFrom('{{client0}}', '{{client1}}', '{{client2}}', '{{client4}}'),
  clientIdentifier: fc.constantFrom('{{client0}}', '{{client1}}'),
  clientCertificate: fc.constantFrom('{{own}}', '{{other}}'),
  subject: fc.constant('testuser01'),
  scopes: fc.constant(['read']),
  // A second one with the same value would be a second showing.
  clientSecret: fc.uuid().map((id) => `${id}${id}`),
}

/** The members of a call by its schema, some of them with other values. */
export function membersOf(path: string, method: string): fc.Arbitrary<Record<string, unknown>> {
  const operations = openApi.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>
  const operation = operations[path]?.[method.toLowerCase()]
  const body = operation?.requestBody?.content['application/json']?.schema
  const query = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'query')
  const properties =
    body === undefined ? query.map(({ name, schema }) => [name, schema] as const) : propertiesOf(body)
  const all = Object.fromEntries(properties.map(([name, schema]) => [name, mostly(name, schema)]))
  // A call with all members is refused for one of them, so most have few.
  return fc
    .tuple(
      fc.record(all, { requiredKeys: [] }),
      fc.array(fc.constantFrom('', ...Object.keys(all)), { maxLength: 5 }),
    )
    .map(([members, kept]) => {
      const needed = ['parameters', 'ticket', 'token', 'clientId', 'grantType', 'accessToken']
      return Object.fromEntries(
        Object.entries(members).filter(([name]) => kept.includes(name) || needed.includes(name)),
      )
    })
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[]
}

function propertiesOf(schema: JsonSchema): [string, JsonSchema][] {
  const { $ref } = schema
  const named = $ref === undefined ? schema : (SCHEMAS[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {})
  return Object.entries(named.properties ?? {})
}

function mostly(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 8, arbitrary: USUAL[name] ?? valueOf(schema, 3) },
    { weight: 1, arbitrary: hostile },
  )
}

function valueOf(schema: JsonSchema, levels: number): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, items, type } = schema
  const choices = anyOf ?? oneOf
  if (levels === 0) return hostile
  if ($ref !== undefined) return valueOf(SCHEMAS[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, levels - 1)
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valueOf(choice, levels - 1)))
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const [first] = [type].flat()
  if (first === 'boolean') return fc.boolean()
  if (first === 'integer' || first === 'number') return integer(schema)
  if (first === 'array') return fc.array(valueOf(items ?? {}, levels - 1), { maxLength: 3 })
  if (first === 'object') {
    const members = propertiesOf(schema).map(([name, inner]) => [name, valueOf(inner, levels - 1)] as const)
    return fc.record(Object.fromEntries(members), { requiredKeys: [] })
  }
  return texts
}

function integer({ minimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  const [low, high] = [Number(minimum ?? 0), Number(maximum ?? 2 ** 31)]
  return fc.oneof(
    fc.constantFrom(low, low + 1, high, high + 1, 60),
    fc.integer({ min: low, max: Math.min(high, 1_000) }),
  )
}
