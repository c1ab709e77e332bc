import type { Template, TemplateResource } from '../template/releases.ts'

interface Statement {
  readonly Effect?: string
  readonly Action?: unknown
  readonly Resource?: unknown
  readonly Principal?: unknown
  readonly Condition?: unknown
}
interface Document {
  readonly Statement?: readonly Statement[]
}

/** The rights that a template gives: one line for each action, or invocation, and its resource. */
export function rightsOf({ Resources }: Template): string[] {
  return Object.entries(Resources).flatMap(([id, resource]) =>
    linesOf(resource).map((line) => `${id}: ${line}`),
  )
}

function linesOf({ Type, Properties = {} }: TemplateResource): string[] {
  if (Type === 'AWS::Lambda::Permission') {
    const { Action, Principal, FunctionName, ...condition } = Properties
    return [`Allow ${short(Principal)} ${short(Action)} on ${short(FunctionName)}${under(condition)}`]
  }
  if (Type === 'AWS::Lambda::Function') return [`acts as ${short(Properties['Role'])}`]
  const { ManagedPolicyArns = [], PermissionsBoundary } = Properties
  const named = [ManagedPolicyArns].flat().map((arn) => `has the policy ${short(arn)}`)
  if (PermissionsBoundary !== undefined) named.push(`at most what ${short(PermissionsBoundary)} allows`)
  return [...named, ...statementsIn(Properties)]
}

function statementsIn(properties: object): string[] {
  return [...documentsIn(properties)].flatMap(({ Statement = [] }) => Statement.flatMap(linesOfStatement))
}

/** Every policy of a resource, however its type names it. */
function* documentsIn(value: unknown): Generator<Document> {
  if (typeof value !== 'object' || value === null) return
  if ('Statement' in value) yield value as Document
  else for (const [, inner] of Object.entries(value)) yield* documentsIn(inner)
}

function linesOfStatement({ Effect, Action, Resource, Principal, Condition }: Statement): string[] {
  const allowed = Principal === undefined ? '' : ` ${short(Principal)}`
  return [Action].flat().map((action) => {
    const on = Resource === undefined ? '' : ` on ${short(Resource)}`
    return `${String(Effect)}${allowed} ${short(action)}${on}${under(Condition)}`
  })
}

const under = (condition: unknown): string =>
  condition === undefined || JSON.stringify(condition) === '{}' ? '' : ` under ${short(condition)}`

/** A value of a template in a few characters: `GrantsTable.Arn` for a Fn::GetAtt. */
function short(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value as Readonly<Record<string, unknown>>
  if (typeof Ref === 'string') return Ref
  if (Array.isArray(attribute)) return attribute.join('.')
  if (typeof text === 'string') return text
  return JSON.stringify(value)
}
