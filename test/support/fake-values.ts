import { ACCOUNT, type Account } from './fake-account.ts'
import { resolved, type Template, type Values } from './fake-template.ts'

/** The values of the references in a template of a stack. */
export function valuesOf(
  name: string,
  { Resources }: Template,
  parameters: Readonly<Record<string, string>>,
  made: ReadonlyMap<string, string>,
  account: Account,
): Values {
  const own = (id: string, property: string) => {
    const value: unknown = Resources[id]?.Properties?.[property]
    return value === undefined ? undefined : String(resolved(value, values))
  }
  const values: Values = {
    ref: (id) => {
      const { Type } = Resources[id] ?? {}
      if (Type === 'AWS::ApiGatewayV2::Api') return account.api.id
      if (Type === 'AWS::Lambda::Alias')
        return `${functionArn(own(id, 'FunctionName'))}:${own(id, 'Name') ?? ''}`
      const named =
        own(id, 'DomainName') ?? (Type === 'AWS::Lambda::Function' ? own(id, 'FunctionName') : undefined)
      return parameters[id] ?? named ?? physicalId(name, id, account)
    },
    attribute: (id, attribute) => {
      if (attribute === 'RegionalDomainName')
        return `d-${id.toLowerCase()}.execute-api.eu-central-1.amazonaws.com`
      if (attribute === 'Version') return made.get(id) ?? `no version of ${id}`
      if (Resources[id]?.Type === 'AWS::Events::Rule' && attribute === 'Arn')
        return `arn:aws:events:eu-central-1:${ACCOUNT}:rule/${name}-${id}`
      return `${id}.${attribute}`
    },
  }
  return values
}

const functionArn = (name = '') => `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${name}`

/** The outputs of a stack. */
export function resolvedOutputs({ Outputs = {} }: Template, values: Values): Record<string, string> {
  const all = Object.entries(Outputs) as [string, { Value: unknown }][]
  return Object.fromEntries(all.map(([key, { Value }]) => [key, String(resolved(Value, values))]))
}

/** The name of a resource that its template does not name. */
export const physicalId = (stack: string, id: string, { named }: Account) =>
  named.get(`${stack}/${id}`) ?? `${stack}-${id}`.toLowerCase()
