import { endpointOf } from '../../shared/lambda/route.ts'
import { refusalRows } from '../../shared/refusal/refusal.ts'
import type { Row } from '../../shared/refusal/row.ts'
import { insideOf, type JsonSchema } from './json-schemas.ts'
import type { OpenApi, Operation } from './openapi.ts'
import { remedyOf } from './remedies.ts'

const HEAD = `# Reference

Made from [openapi.json](openapi.json), which has the same content for programs. Bold members are required.
`
const TAIL = `## Refusals

The log has the reason of each refusal ([how to read it](operations.md#read-the-log)), the answer its code. The remedy is for the reader of the
log; no caller gets it. An action that is a number is an HTTP status. \`{}\`
stands for a name.
`

type Path = readonly [path: string, methods: Readonly<Record<string, Operation>>]

/** The content of the OpenAPI file as Markdown. Headings, and so anchors, are the names of endpoints and schemas. */
export function page({ info, tags, paths, components }: OpenApi): string {
  const endpoints = Object.entries(Object.groupBy(Object.entries(paths), ([path]) => endpointOf(path)))
  const schemas = new Map(Object.entries(components.schemas))
  /** A schema that several endpoints use has its own section. */
  const place = (ref = '') => {
    const users = endpoints.filter(([, same]) => JSON.stringify(same).includes(`"${ref}"`))
    if (users.length > 1) return ` ${linkTo(ref)}.\n`
    const schema = schemas.get(nameIn(ref)) ?? {}
    schemas.delete(nameIn(ref))
    return `\n\n${tables(schema)}`
  }
  const sections = endpoints.map(([name, same = []]) => section(name, same, place))
  const chapters = tags.flatMap(({ name, description }) => [
    `## ${name}\n\n${description}\n`,
    ...sections.filter(({ tag }) => tag === name).map(({ text }) => text),
  ])
  const objects = [...schemas].map(([name, schema]) => `### ${name}\n\n${tables(schema)}`)
  const refusals = Object.entries<Row>(refusalRows()).map(
    ([reason, [resultCode, ...row]]) =>
      `| ${[resultCode, code(reason), ...row.slice(0, 3), remedyOf(reason)].join(' | ')} |`,
  )
  const last = [TAIL, table('| code | reason | action | error | message | remedy |', refusals.sort())]
  return [HEAD, info.description, ...chapters, '## Objects\n', ...objects, ...last].join('\n')
}

const TAG = 'the entity tag of the object. Each stored change gives it another one.'

const nameIn = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)
const linkTo = (ref: string) => `[${nameIn(ref)}](#${nameIn(ref).toLowerCase()})`
const code = (text: string) => `\`${text === '' ? '""' : text}\``

function section(name: string, same: readonly Path[], place: (ref?: string) => string) {
  const methods = same.flatMap(([path, all]) => Object.keys(all).map((one) => `${one.toUpperCase()} ${path}`))
  const operations = same.flatMap(([, all]) => Object.values(all))
  const [{ summary, description, requestBody, responses, tags, ...lists }] = operations as [Operation]
  const bodies = Object.entries(requestBody?.content ?? {})
  const media = bodies.map(([type]) => (type.endsWith('json') ? 'JSON' : 'form')).join(' or ')
  const query = operations.flatMap(({ parameters = [] }) => parameters.filter((one) => one.in === 'query'))
  const members = query.map((one) => row(one.name, one.required, one.schema))
  const headers = operations.flatMap(({ parameters = [] }) => parameters.filter((one) => one.in === 'header'))
  const answer = (responses['200'] ?? responses['201'])?.content?.['application/json']
  const codes = lists['x-result-codes'] ?? lists['x-errors'] ?? []
  const parts = [
    `### ${name}\n\n${summary} ${description}\n\n- ${methods.map(code).join('\n- ')}\n`,
    bodies[0] && `Request (${media}):${place(bodies[0][1].schema.$ref)}`,
    headers[0] && `Header ${code(headers[0].name)}: ${headers[0].description ?? ''}\n`,
    responses['200']?.headers && `Header ${code('ETag')} of the answer: ${TAG}\n`,
    members.length > 0 && `Request (query):\n\n${table(MEMBER, [...new Set(members)])}`,
    `Answer${responses['201'] ? ' (201)' : ''}:${answer ? place(answer.schema.$ref) : responses['204'] ? ' 204, no body.\n' : ' text.\n'}`,
    codes.length > 0 && `${lists['x-errors'] ? 'Errors' : 'Result codes'}: ${codes.join(', ')}.\n`,
  ]
  return { tag: tags[0], text: parts.filter(Boolean).join('\n') }
}

function tables(schema: JsonSchema): string {
  const all = (schema.oneOf ?? schema.anyOf ?? [schema]).map((variant) => {
    const actions = variant.properties?.['action']?.enum
    const lines = rows(variant).filter((line) => !actions || !ENVELOPE.test(line))
    return `${actions ? `\`action\` ${actions.map(code).join(', ')}:\n\n` : ''}${table(MEMBER, lines)}`
  })
  return all.join('\n')
}

/** The members of every answer with an action (introduction.md). */
const ENVELOPE = /`(type|resultCode|resultMessage|action)`/
const MEMBER = '| member | type | meaning |'

const table = (head: string, lines: readonly string[]) =>
  [head, head.replaceAll(/\w+/g, '---'), ...lines, ''].join('\n')

/** A row for each member. The names of nested members begin with the name of their object and a dot. */
function rows({ properties = {}, required, additionalProperties: more }: JsonSchema, prefix = ''): string[] {
  const members = Object.entries(properties).flatMap(([name, member]) => [
    row(prefix + name, required?.includes(name) === true, member),
    ...rows(objectsIn(member)[0] ?? {}, `${prefix}${name}.`),
  ])
  return [...members, ...(typeof more === 'object' ? [row('any other', false, more)] : [])]
}

const row = (name: string, isRequired: boolean, member: JsonSchema) =>
  `| ${isRequired ? `**${code(name)}**` : code(name)} | ${typeOf(member)} | ${member.description ?? ''} |`

function objectsIn(schema: JsonSchema): JsonSchema[] {
  return schema.properties ? [schema] : insideOf(schema).flatMap(objectsIn)
}

function typeOf({ $ref, type, enum: values, const: only, items, anyOf, contentSchema }: JsonSchema): string {
  if ($ref !== undefined) return linkTo($ref)
  if (contentSchema !== undefined) return `JSON text: ${typeOf(contentSchema)}`
  if (only !== undefined) return code(JSON.stringify(only))
  if (values !== undefined) return values.map(code).join(' ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  return items ? `list of ${typeOf(items)}` : [type ?? 'any'].flat().join(' or ')
}
