import { isDeepStrictEqual } from 'node:util'

/** A packaged template, as JSON. */
export interface Template {
  readonly Resources: Record<string, Resource>
  readonly Outputs: Record<string, { Value: unknown }>
  readonly Conditions?: Record<string, unknown>
}

interface Resource<Properties = Record<string, unknown>> {
  Type: string
  Properties: Properties
  DependsOn?: string | string[]
}

/** One rule for a template: its complaints, and changes that break it on purpose. Each change must give a complaint. */
export interface Rule {
  readonly complaints: (template: Template) => string[] | Promise<string[]>
  readonly broken: Readonly<Record<string, Change>>
}
export type Rules = Readonly<Record<string, Rule>>
type Change = (template: Template) => void

/** All resources of a type, with their logical ids. The caller names the properties that CloudFormation gives the type. */
export function ofType<Properties>({ Resources }: Template, type: string): [string, Resource<Properties>][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type) as [string, Resource<never>][]
}

export const idsOf = (template: Template, type: string): string[] => ofType(template, type).map(([id]) => id)

export function resource<Properties>({ Resources }: Template, id: string): Resource<Properties> {
  const found = Resources[id]
  if (found === undefined) throw new Error(`no resource ${id}`)
  return found as Resource<never>
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the properties of this resource
export function properties<Properties>(template: Template, id: string): Properties {
  return resource<Properties>(template, id).Properties
}

/** Gives a member another value, or deletes it with `undefined`. The path begins with a logical id, or with `Outputs`. */
export function set(path: string, value: unknown): Change {
  return (template) => {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const parent = valueAt(template, names) as Record<string, unknown>
    if (value === undefined) Reflect.deleteProperty(parent, last)
    else parent[last] = structuredClone(value)
  }
}

/** Does the same in every resource of a type. */
export function setInEach(type: string, path: string, value: unknown): Change {
  return (template) => {
    for (const id of idsOf(template, type)) set(`${id}.${path}`, value)(template)
  }
}

export function copy(from: string, to: string): Change {
  return (template) => set(to, valueAt(template, from.split('.')))(template)
}

export function append(path: string, ...values: readonly unknown[]): Change {
  return (template) => void (valueAt(template, path.split('.')) as unknown[]).push(...values)
}

function valueAt(template: Template, names: readonly string[]): unknown {
  const root: unknown = names[0] === 'Outputs' ? template : template.Resources
  return names.reduce((value, name) => (value as Record<string, unknown>)[name], root)
}

export const ref = (id: string) => ({ Ref: id })
export const attribute = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] })
export const same = isDeepStrictEqual

/** Whether all members of `wanted` are in `found`, with the same values. A list must have the same length. */
export function has(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return found === wanted
  if (typeof found !== 'object' || found === null) return false
  if (Array.isArray(wanted) && wanted.length !== (found as unknown[]).length) return false
  return Object.entries(wanted).every(([name, value]) => has((found as Record<string, unknown>)[name], value))
}

/** The ids of the resources of a type that do not have all these members. */
export function unlike(template: Template, type: string, wanted: object): string[] {
  return ofType(template, type).flatMap(([id, found]) => (has(found, wanted) ? [] : [id]))
}

/** The ids of resources for which `isRight` does not hold. */
export function unless<Properties>(
  resources: readonly [string, Resource<Properties>][],
  isRight: (resource: Resource<Properties>, id: string) => boolean,
): string[] {
  return resources.filter(([id, found]) => !isRight(found, id)).map(([id]) => id)
}

/** The entries that only one of two lists has, in words. */
export function difference(found: Iterable<string>, wanted: Iterable<string>): string[] {
  const [has, wants] = [new Set(found), new Set(wanted)]
  return [
    ...[...has].filter((entry) => !wants.has(entry)).map((entry) => `too much: ${entry}`),
    ...[...wants].filter((entry) => !has.has(entry)).map((entry) => `missing: ${entry}`),
  ]
}

export const LAMBDA = 'AWS::Lambda::Function'
export interface Lambda {
  FunctionName: string
  Role: unknown
  Environment: { Variables: Record<string, unknown> }
}

export const lambdas = (template: Template) => ofType<Lambda>(template, LAMBDA)

/** The folder in functions/ whose code a Lambda runs. */
export const nameOf = ({ FunctionName }: Lambda): string => FunctionName.replace(/^certbound-[^-]+-/, '')
