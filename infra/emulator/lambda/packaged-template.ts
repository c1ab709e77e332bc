import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Complaint } from '../../command.ts'

/** One function of the packaged CloudFormation template. */
export interface PackagedFunction {
  readonly name: string
  /** The file name of its archive. */
  readonly archive: string
  /** The handler in Lambda's form: `index.handler`. */
  readonly handler: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  /** The environment variables: texts, or expressions that CloudFormation evaluates. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The templates of its routes. */
  readonly routes: readonly string[]
}

interface Resource {
  readonly Type: string
  readonly Properties: unknown
}
interface Lambda {
  readonly FunctionName: string
  readonly Handler: string
  readonly Timeout: number
  readonly MemorySize: number
  readonly Code: { readonly S3Key: string }
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> }
}
interface Route {
  readonly RouteKey: string
  readonly Target: { readonly 'Fn::Join': readonly [string, readonly [string, { readonly Ref: string }]] }
}
interface Integration {
  readonly IntegrationUri: { readonly Ref: string }
}
interface Alias {
  readonly FunctionName: { readonly Ref: string }
}

/** @throws Complaint if the template does not exist */
export async function readPackagedTemplate(file: string): Promise<PackagedFunction[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Complaint(`${file} cannot be read: npm run package writes it`, { cause: error })
  })
  const resources = new Map(
    Object.entries((JSON.parse(text) as { Resources: Record<string, Resource> }).Resources),
  )
  const ofType = (type: string) => [...resources].filter(([, { Type }]) => Type === type)
  const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const { RouteKey, Target } = Properties as Route
    const integration = resources.get(Target['Fn::Join'][1][1].Ref)?.Properties as Integration
    const alias = resources.get(integration.IntegrationUri.Ref)?.Properties as Alias
    return { lambda: alias.FunctionName.Ref, template: RouteKey.slice(RouteKey.indexOf(' ') + 1) }
  })
  return ofType('AWS::Lambda::Function').map(([id, { Properties }]) => {
    const { FunctionName, Handler, Timeout, MemorySize, Code, Environment } = Properties as Lambda
    return {
      name: FunctionName,
      archive: basename(Code.S3Key),
      handler: Handler,
      timeoutSeconds: Timeout,
      memoryMegabytes: MemorySize,
      variables: Environment.Variables,
      routes: routes.filter(({ lambda }) => lambda === id).map(({ template }) => template),
    }
  })
}
