import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type Packaged,
  type PackagedFunctions,
  startPackagedFunctions,
} from '../../../../infra/emulator/lambda/packaged-functions.ts'
import { localAws } from '../../../../infra/tables/tables.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

export type Variables = Readonly<Record<string, unknown>>
interface Lambda {
  Timeout: number
  readonly Environment: { Variables: Variables }
}
interface Template {
  Resources: Record<string, { readonly Properties: Lambda } | undefined>
}

/** Values that CloudFormation would supply. */
const WORKED_OUT = {
  REGISTRY_TABLE: 'registry',
  GRANTS_TABLE: 'grants',
  AUDIT_TABLE: 'audit',
  MTLS_DOMAINS: 'mtls.example.com',
  API_IDS: 'local',
}

/** Only the token function of a package, with changed properties, until the test ends. */
export async function startTokenFunction(
  packaged: Packaged,
  change: (lambda: Lambda) => void,
): Promise<PackagedFunctions> {
  const folder = await temporaryFolder()
  const { Resources } = JSON.parse(await readFile(packaged.template, 'utf8')) as Template
  const token = Resources['TokenLambdaFunction']
  if (token === undefined) throw new Error('the template has no token function')
  const { Environment } = token.Properties
  Environment.Variables = { ...Environment.Variables, ...WORKED_OUT }
  change(token.Properties)
  const route = {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { RouteKey: 'ANY /token', Target: target('Itself') },
  }
  const alias = Resources['TokenAlias']
  const integration = { Properties: { IntegrationUri: { Ref: 'TokenAlias' } } }
  const template = join(folder, 'template.json')
  const kept = { TokenLambdaFunction: token, TokenAlias: alias, Route: route, Itself: integration }
  await writeFile(template, JSON.stringify({ Resources: kept }))
  const here = { variables: {}, aws: localAws('http://127.0.0.1:1') }
  const functions = await startPackagedFunctions({ ...packaged, template }, here)
  onTestFinished(functions.close)
  return functions
}

function target(Ref: string) {
  return { 'Fn::Join': ['/', ['integrations', { Ref }]] }
}
