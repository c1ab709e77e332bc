import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import openApi from '../../../docs/openapi.json' with { type: 'json' }
import { ROUTES } from '../../../infra/deployed-routes.ts'
import { pathOf } from '../../../infra/reference/operations.ts'
import { insideOf, jsonSchemas, type JsonSchema } from '../../../infra/reference/json-schemas.ts'
import { generatedFiles } from '../../../infra/generate.ts'
import { REMEDIES } from '../../../infra/reference/remedies.ts'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import type { OpenApi } from '../../../infra/reference/openapi.ts'
import { MEMBERS, PATH_PARAMETERS } from '../../../infra/reference/members.ts'

const root = join(import.meta.dirname, '../../..')

test.each(Object.entries(generatedFiles()))('%s is up to date', (file, text) => {
  const isCurrent = readFileSync(join(root, file), 'utf8') === text
  expect(isCurrent, `${file} is out of date: run \`npm run generate\``).toBe(true)
})

test('each reason of the log has a remedy in the reference, and no remedy is without a reason', () => {
  const [, refusals = ''] = readFileSync(join(root, 'docs/reference.md'), 'utf8').split('## Refusals')
  const remedies = new Map<string, string>()
  for (const [, reason = '', remedy = ''] of refusals.matchAll(
    /^\| \w+ +\| `([a-z0-9-]+)` .*\| ([^|]*?) *\|$/gm,
  ))
    remedies.set(reason, remedy)
  expect([...remedies.keys()].sort()).toEqual(Object.keys(refusalRows()).sort())
  for (const [reason, remedy] of remedies) expect(remedy, reason).toMatch(/^[a-z`].{10}/i)
  const used = REMEDIES.filter(([, remedy]) => [...remedies.values()].includes(remedy))
  expect(used).toEqual(REMEDIES)
})

test('each link of a remedy leads to a heading', () => {
  for (const [, remedy] of REMEDIES) {
    for (const [, file = '', anchor] of remedy.matchAll(/\]\(([a-z-]+\.md)(?:#([a-z0-9_-]+))?\)/g)) {
      const headings = readFileSync(join(root, 'docs', file), 'utf8').match(/^#+ .*$/gm) ?? []
      const anchors = headings.map((heading) =>
        heading
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      )
      expect(anchor === undefined || anchors.includes(anchor), remedy).toBe(true)
    }
  }
})

const { paths, components, tags } = openApi as unknown as OpenApi
const operations = Object.entries(paths).flatMap(([template, item]) =>
  Object.entries(item).map(([method, operation]) => ({ template, method, operation })),
)

test('the OpenAPI file has every method of every deployed route, and nothing else', () => {
  const deployed = Object.entries(ROUTES).flatMap(([template, { methods }]) =>
    methods.map((method) => `${method.toLowerCase()} ${pathOf(template)}`),
  )
  expect(deployed.length).toBeGreaterThan(60)
  expect(operations.map(({ template, method }) => `${method} ${template}`).sort()).toEqual(deployed.sort())
})

describe('the OpenAPI file', () => {
  test('is of version 3.1 and has title, version and all sections', () => {
    expect(openApi.openapi).toBe('3.1.0')
    const { title, version } = openApi.info
    expect([title, version]).toEqual([expect.stringMatching(/./), expect.stringMatching(/^\d/)])
    expect(Object.keys(openApi).sort()).toEqual(['components', 'info', 'openapi', 'paths', 'servers', 'tags'])
  })

  test('refers only to existing schemas and responses', () => {
    const references = [...JSON.stringify(openApi).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, text = '']) => text,
    )
    expect(references.length).toBeGreaterThan(100)
    const missing = references.filter((reference) => resolve(reference) === undefined)
    expect(missing).toEqual([])
  })

  test('has no schema without a reference to it', () => {
    const text = JSON.stringify(openApi)
    const names = Object.keys(components.schemas)
    expect(names.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([])
  })

  test('gives each operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.filter((id, index) => ids.indexOf(id) < index || !/^[A-Za-z0-9_]+$/.test(id))).toEqual([])
  })

  test.each(operations)(
    '$method $template has all parts of an operation',
    ({ template, method, operation }) => {
      const { parameters = [], responses, requestBody, security } = operation
      const named = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => name)).toEqual(named)
      expect(inPath.every(({ required }) => required)).toBe(true)
      expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)
      expect(requestBody !== undefined).toBe(method === 'post')
      const statuses = Object.keys(responses)
      expect(statuses.every((status) => ['200', '201', '204', 'default'].includes(status))).toBe(true)
      expect(statuses.filter((status) => status !== 'default')).toHaveLength(1)
      expect(operation.tags.every((tag) => tags.some(({ name }) => name === tag))).toBe(true)
      const schemes = security.flatMap((alternative) => Object.keys(alternative))
      expect(schemes.filter((scheme) => !(scheme in components.securitySchemes))).toEqual([])
    },
  )

  test.each(Object.entries(components.schemas))('%s is a valid schema', (_, schema) => {
    for (const inside of allIn(schema)) {
      const { properties = {}, required = [], type } = inside
      expect(required.filter((name) => !(name in properties))).toEqual([])
      const types = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null', undefined]
      expect([type].flat().every((one) => types.includes(one))).toBe(true)
      expect(Object.keys(inside).filter((keyword) => !KEYWORDS.includes(keyword))).toEqual([])
    }
  })
})

test.each(['ServiceSettings', 'ClientSettings'])('%s can have each value that the profile allows', (name) => {
  const { properties = {} } = components.schemas[name] as JsonSchema
  const rows = Object.entries((properties['fapi2'] as { 'x-requires': object })['x-requires'])
  const offered = rows.flatMap(([setting, row]) => {
    const { allows } = row as { allows: { enum?: readonly string[] } }
    const accepted = JSON.stringify(properties[setting])
    // A schema without an enumeration takes a text, which the profile's own rule checks.
    const values = accepted.includes('"enum"') ? (allows.enum ?? []) : []
    return values.map((value) => [setting, value, accepted.includes(JSON.stringify(value))])
  })
  expect(offered.length).toBeGreaterThan(2)
  expect(offered.filter(([, , isAccepted]) => isAccepted !== true)).toEqual([])
})

/** The keywords of JSON Schema 2020-12 that are in use, and marks of our own. */
const KEYWORDS = [
  '$ref type properties required items anyOf oneOf additionalProperties propertyNames enum const pattern',
  'description default minimum maximum exclusiveMinimum minItems maxItems minLength maxLength',
  'contentMediaType contentSchema x-initial x-stored-only x-methods x-requires x-rules',
].flatMap((line) => line.split(' '))

function resolve(reference: string): unknown {
  const steps = reference.slice('#/'.length).split('/')
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], openApi)
}

function allIn(schema: JsonSchema): JsonSchema[] {
  return [schema, ...[...Object.values(schema.properties ?? {}), ...insideOf(schema)].flatMap(allIn)]
}

test('every description is in use', () => {
  const members = Object.entries(jsonSchemas()).flatMap(([name, schema]) =>
    allIn(schema).flatMap(({ properties = {} }) =>
      Object.keys(properties).flatMap((member) => [member, `${name}.${member}`]),
    ),
  )
  expect(Object.keys(MEMBERS).filter((name) => !members.includes(name))).toEqual([])
  const templates = Object.keys(paths).join(' ')
  expect(Object.keys(PATH_PARAMETERS).filter((name) => !templates.includes(`{${name}}`))).toEqual([])
})
