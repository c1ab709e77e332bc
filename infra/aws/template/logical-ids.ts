/** The name of a function in logical IDs, for example `StandardIntrospection` for `standard-introspection`. */
export function logicalName(functionName: string): string {
  return functionName.split('-').map(capitalized).join('')
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** The ids that osls gives the parts of a function. It spells a hyphen out. */
export const lambdaId = (functionName: string) => `${spelled(functionName)}LambdaFunction` as const
export const permissionId = (functionName: string) =>
  `${spelled(functionName)}LambdaPermissionHttpApi` as const
export const integrationId = (functionName: string) => `HttpApiIntegration${spelled(functionName)}` as const
export const logGroupId = (functionName: string) => `${spelled(functionName)}LogGroup` as const
const spelled = (functionName: string) => capitalized(functionName).replaceAll('-', 'Dash')

/** The ID that osls gives a route, from its route key in API Gateway. */
export function routeId(key: `ANY /${string}`) {
  const parts = key.split('/').map((part) =>
    part
      .toLowerCase()
      .replaceAll('-', 'Dash')
      .replace(/\{(.*)\}/, '$1Var')
      .replaceAll(/[^0-9A-Za-z]/g, ''),
  )
  return `HttpApiRoute${parts.map(capitalized).join('')}` as const
}

/** Our ids of the alias of a function, and of the parameter with the version of its archive. */
export const aliasId = (functionName: string) => `${logicalName(functionName)}Alias` as const
export const archiveParameter = (functionName: string) => `${logicalName(functionName)}Archive` as const
