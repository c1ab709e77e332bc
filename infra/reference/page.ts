import type { Description, Route } from '../../shared/lambda/route.ts'
import { REFUSALS } from '../../shared/refusal/refusal.ts'
import { answeredCodes } from './answered-codes.ts'
import { ANSWERS } from './answers.ts'
import { told } from './endpoints.ts'
import { type JsonSchema, jsonSchemas, nameAfter, nameOf } from './json-schemas.ts'
import { membersOf, table } from './member-table.ts'
import { tagOf, TAGS } from './openapi.ts'
import { deployedRoutes, operationsOf } from './operations.ts'

const HEAD = `# Reference

Made by \`npm run reference\` from the schemas by which requests are read and answers are held to; nothing here is written by hand.
[openapi.json](openapi.json) says the same for programs.

- v2 is \`/api/...\` with \`Authorization: Basic\`, number of the service and a secret; v3 is \`/api/{serviceId}/...\` with
  \`Authorization: Bearer\`. Each secret and token has a role: \`introspect\`, \`runtime\` or \`manage\`, each including the ones before it.
- Bodies are JSON objects or forms with the same members: in a form, items of a list are separated by a space. Members that are
  \`null\`, \`""\` or 0 count as absent, unknown ones are ignored, and a wrong type is a 400 that names the member.
- HTTP 200 says that the call was right; \`action\` says what became of the request in it. Errors about the call itself have
  other statuses and the two members \`resultCode\` and \`resultMessage\`. In answers absent members are left out, never \`null\`.
- An answer that has an \`action\` has \`type\`, \`resultCode\` and \`resultMessage\` as well: they are not repeated below.
- \`Refused\` names every code that the code of the endpoint names; a few of them occur on the OAuth face alone.
- Bold members are required: without them the answer is a refusal.
`

/** The reference as Markdown. */
export function page(): string {
  const schemas = jsonSchemas()
  const routes = deployedRoutes()
  const sections = Object.entries(TAGS).map(([tag, about]) => {
    const inside = routes.filter((route) => tagOf(route) === tag).map((route) => endpoint(route, schemas))
    return [`## ${tag}\n`, `${about}\n`, ...inside].join('\n')
  })
  return [HEAD, ...sections, objects(schemas), codeTable()].join('\n')
}

const ACCESS: Readonly<Record<Description['access'], string>> = {
  introspect: 'role `introspect`',
  runtime: 'role `runtime`',
  manage: 'role `manage`',
  service: 'role `manage` (v3), or the owner of the deployment',
  owner: 'the owner of the deployment',
  client: 'the client, as it authenticates',
  holder: 'whoever holds the certificate of the connection',
  everyone: 'everyone',
}

function endpoint(route: Route, schemas: Record<string, JsonSchema>): string {
  const { summary } = told(route.endpoint)
  const paths = operationsOf(route).map(({ method, template }) => `- \`${method.toUpperCase()} ${template}\``)
  return [
    `### ${route.endpoint}\n`,
    `${summary} For ${ACCESS[route.access]}.\n`,
    `${paths.join('\n')}\n`,
    ...request(route, schemas),
    ...answer(route, schemas),
    ...codes(route, schemas),
  ].join('\n')
}

function request(route: Route, schemas: Record<string, JsonSchema>): string[] {
  const { form, jsonOnly } = told(route.endpoint)
  const name = route.call ? nameOf(route.call, route.endpoint, 'Request') : nameAfter(route.endpoint, 'Form')
  const schema = schemas[name]
  if (schema === undefined) return []
  const place = route.methods.includes('POST')
    ? jsonOnly
      ? 'JSON'
      : route.call
        ? 'JSON or form'
        : 'form'
    : 'query'
  const known = form === undefined ? [] : Object.keys(form.repeated).map((parameter) => `\`${parameter}\``)
  return [
    ...(OBJECTS.includes(name)
      ? [`Request (${place}): [${name}](#${name.toLowerCase()}).\n`]
      : [`Request (${place}):\n`, table(membersOf(schema))]),
    ...(route.call && known.length > 0 ? [`Of \`parameters\` these are read: ${known.join(', ')}.\n`] : []),
  ]
}

function answer({ endpoint }: Route, schemas: Record<string, JsonSchema>): string[] {
  const { body } = ANSWERS[endpoint] ?? { body: 'text' }
  if (body === 'nothing') return ['Answer: 204, without a body.\n']
  if (typeof body === 'string') return ['Answer: text.\n']
  const name = nameOf(body, endpoint, 'Response')
  if (OBJECTS.includes(name)) return [`Answer: [${name}](#${name.toLowerCase()}).\n`]
  const schema = schemas[name] ?? {}
  return variantsOf(schema).flatMap((variant) => {
    const actions = variant.properties?.['action']?.enum?.map((action) => `\`${action}\``)
    const begin = actions === undefined ? 'Answer' : `Answer, \`action\` ${actions.join(', ')}`
    const rest = membersOf(variant, actions === undefined ? [] : ENVELOPE)
    return [`${begin}:\n`, table(rest), ...extra(variant), ...content(variant, schemas)]
  })
}

/** Of every answer that has an action. */
const ENVELOPE = ['type', 'resultCode', 'resultMessage', 'action']

/** The JSON that `responseContent` is the text of. */
function content({ properties }: JsonSchema, schemas: Record<string, JsonSchema>): string[] {
  const inside = properties?.['responseContent']?.['contentSchema'] as JsonSchema | undefined
  const name = inside?.$ref?.split('/').at(-1)
  if (name === undefined) return []
  if (OBJECTS.includes(name))
    return [`\`responseContent\` is the text of an [${name}](#${name.toLowerCase()}).\n`]
  return variantsOf(schemas[name] ?? {}).flatMap((variant, index) => [
    index === 0 ? '`responseContent` is the text of this:\n' : 'Or of this:\n',
    table(membersOf(variant)),
    ...extra(variant),
  ])
}

const variantsOf = (schema: JsonSchema) => schema.oneOf ?? schema.anyOf ?? [schema]

const extra = ({ additionalProperties }: JsonSchema) =>
  typeof additionalProperties === 'object' ? ['Beside these stand the extra properties of the token.\n'] : []

function codes(route: Route, schemas: Record<string, JsonSchema>): string[] {
  const { successes, refusals: rows } = answeredCodes(route, schemas)
  if (route.face === 'oauth') {
    const errors = [...new Set(rows.map(([, , error]) => error))].sort()
    return [`Errors: ${errors.map((error) => `\`${error}\``).join(', ')}.\n`]
  }
  const refused = [...new Set(rows.map(([code]) => code))].sort()
  return [
    ...(successes.length === 0 ? [] : [`Done: ${successes.map((code) => `\`${code}\``).join(', ')}.\n`]),
    ...(refused.length === 0 ? [] : [`Refused: ${refused.join(', ')}.\n`]),
  ]
}

/** Schemas of several endpoints. */
const OBJECTS = [
  'ErrorContent',
  'ClientSettings',
  'Client',
  'CreatedClient',
  'ClientSecretResponse',
  'ServiceSettings',
  'Service',
  'CreatedService',
  'Metadata',
  'JwkSet',
]

function objects(schemas: Record<string, JsonSchema>): string {
  const all = OBJECTS.map((name) => `### ${name}\n\n${table(membersOf(schemas[name] ?? {}))}`)
  return ['## Objects\n', ...all].join('\n')
}

function codeTable(): string {
  const rows = Object.values(REFUSALS).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = rows.map(
    ([code, action, error, message]) => `| ${code} | ${String(action)} | ${error} | ${cell(message)} |`,
  )
  return [
    '## Refusals\n',
    'An action that is a number is an HTTP status: the call itself was wrong. `{}` is filled with a name.\n',
    '| code | action | error | message |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n')
}

const cell = (text: string) => text.replaceAll('|', '\\|')
