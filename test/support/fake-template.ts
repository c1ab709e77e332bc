import type { Template } from '../../infra/aws/template/releases.ts'
import { ACCOUNT } from './fake-account.ts'

export type { Template } from '../../infra/aws/template/releases.ts'

/** The texts for which the references in a template stand. */
export interface Values {
  /** `Ref` of a parameter or a resource. */
  readonly ref: (id: string) => string
  readonly attribute: (id: string, name: string) => string
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** A value of a template without functions of CloudFormation. */
export function resolved(value: unknown, values: Values): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, values))
  if (typeof value !== 'object' || value === null) return value
  const [[name, inner] = ['', undefined]] = Object.entries(value) as [string, unknown][]
  if (name === 'Ref') return refOf(String(inner), values)
  if (name === 'Fn::GetAtt') {
    const [id = '', attribute = ''] = inner as string[]
    return values.attribute(id, attribute)
  }
  if (name === 'Fn::Sub')
    return String(inner).replaceAll(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, attribute?: string) =>
      attribute === undefined ? refOf(id, values) : values.attribute(id, attribute),
    )
  if (name === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]]
    return parts.map((part) => String(resolved(part, values))).join(separator)
  }
  if (name.startsWith('Fn::')) throw new Error(`the fake account does not know ${name}`)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, values)]))
}

const refOf = (id: string, { ref }: Values): string => PSEUDO[id] ?? ref(id)

/** The logical ids to which a value refers. */
export function referencesOf(value: unknown): Set<string> {
  const found = new Set<string>()
  const note = (id: string) => {
    found.add(id)
    return ''
  }
  resolved(value, { ref: note, attribute: note })
  return found
}

/** The message of CloudFormation about parameters that do not fit; `undefined` if they do. */
export function parameterProblem(
  { Parameters = {} }: Template,
  given: Readonly<Record<string, string>>,
): string | undefined {
  const missing = Object.keys(Parameters).filter((name) => given[name] === undefined)
  if (missing.length > 0) return `Parameters: [${missing.join(', ')}] must have values`
  const unknown = Object.keys(given).filter((name) => !(name in Parameters))
  return unknown.length > 0 ? `Parameters: [${unknown.join(', ')}] do not exist in the template` : undefined
}
