import { isDeepStrictEqual } from 'node:util'

/** A packaged template, as JSON. */
export interface Template {
  readonly Resources: Record<string, Resource>
  readonly Outputs: Record<string, { Value: unknown }>
  readonly Conditions?: Record<string, unknown>
}

export interface Resource<Properties = Record<string, unknown>> {
  Type: string
  Properties: Properties
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
  DependsOn?: string | string[]
  Condition?: string
}

/** One rule for a template: what is wrong with it, and templates broken on purpose, each of which must give a complaint. */
export interface Rule {
  readonly complaints: (template: Template) => string[] | Promise<string[]>
  readonly broken: Readonly<Record<string, (template: Template) => void>>
}
export type Rules = Readonly<Record<string, Rule>>

/** All resources of a type, with their logical ids. The caller names the properties that CloudFormation gives the type. */
export function ofType<Properties>({ Resources }: Template, type: string): [string, Resource<Properties>][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type) as [string, Resource<never>][]
}

export function resource<Properties>({ Resources }: Template, id: string): Resource<Properties> {
  const found = Resources[id]
  if (found === undefined) throw new Error(`no resource ${id}`)
  return found as Resource<never>
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what this resource has
export function properties<Properties>(template: Template, id: string): Properties {
  return resource<Properties>(template, id).Properties
}

export const ref = (id: string) => ({ Ref: id })
export const attribute = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] })
export const same = isDeepStrictEqual

/** The ids of resources for which `isRight` does not hold. */
export function unless<Properties>(
  resources: readonly [string, Resource<Properties>][],
  isRight: (resource: Resource<Properties>, id: string) => boolean,
): string[] {
  return resources.filter(([id, found]) => !isRight(found, id)).map(([id]) => id)
}

/** What only one of two lists has, in words. */
export function difference(found: Iterable<string>, wanted: Iterable<string>): string[] {
  const [has, wants] = [new Set(found), new Set(wanted)]
  return [
    ...[...has].filter((entry) => !wants.has(entry)).map((entry) => `too much: ${entry}`),
    ...[...wants].filter((entry) => !has.has(entry)).map((entry) => `missing: ${entry}`),
  ]
}

export interface Lambda {
  FunctionName: string
  Handler: string
  Runtime: string
  Architectures: string[]
  Role: unknown
  Environment: { Variables: Record<string, unknown> }
}

export const lambdas = (template: Template) => ofType<Lambda>(template, 'AWS::Lambda::Function')

/** The folder in functions/ whose code a Lambda runs. */
export const nameOf = ({ FunctionName }: Lambda): string => FunctionName.replace(/^certbound-[^-]+-/, '')
