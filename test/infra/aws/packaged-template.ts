import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTemplateParts } from '../../../infra/aws/deployment/osls.ts'
import { readDeployment } from '../../../infra/aws/settings/read-deployment.ts'
import type { DeploymentSettings } from '../../../infra/aws/settings/settings.ts'
import { functionNames } from '../../../infra/package/build.ts'

const root = join(import.meta.dirname, '../../..')

const TRUSTSTORE = { bucket: 'certbound-truststore', key: 'truststore.pem', version: 'version-1' }

/** The settings of the example, some of them replaced. */
export async function exampleSettings(
  changes: Partial<DeploymentSettings> = {},
): Promise<DeploymentSettings> {
  return { ...(await readDeployment(join(root, 'certbound.example.jsonc'))), ...changes }
}

/** A packaged template, as JSON. */
export interface Template {
  readonly Resources: Record<string, Resource>
  readonly Outputs: Record<string, { Value: unknown }>
}
interface Resource {
  readonly Type: string
  readonly Properties: Record<string, unknown>
}

export interface Packaged {
  readonly template: Template
  /** As written by osls. */
  readonly text: string
}

/** All resources of a type, with their logical ids. The caller names the properties that CloudFormation gives the type. */
export function ofType<Properties>({ Resources }: Template, type: string): [string, Properties][] {
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
    Type === `AWS::${type}` ? [[id, Properties as Properties] as [string, Properties]] : [],
  )
}

export interface Lambda {
  readonly FunctionName: string
  readonly Role: unknown
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> }
}
export const lambdasOf = (template: Template) => ofType<Lambda>(template, 'Lambda::Function')
/** The folder in functions/ whose code a Lambda runs. */
export const nameOf = ({ FunctionName }: Lambda): string => FunctionName.replace(/^certbound-[^-]+-/, '')

/** The template that `osls package` makes, without network and account. The archives are empty. */
export async function packagedTemplate(changes: Partial<DeploymentSettings> = {}): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-template-'))
  try {
    copyFileSync(join(root, 'serverless.yml'), join(folder, 'serverless.yml'))
    mkdirSync(join(folder, 'dist'))
    for (const name of functionNames()) writeFileSync(join(folder, 'dist', `${name}.zip`), '')
    await writeTemplateParts(await exampleSettings(changes), TRUSTSTORE, folder)
    execFileSync(process.execPath, [join(root, 'node_modules/osls/bin/serverless.js'), 'package'], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        // osls starts faster: it compiles hundreds of modules, and a schema.
        NODE_COMPILE_CACHE: join(root, '.cache/compiled'),
        SLS_SCHEMA_CACHE_BASE_DIR: join(root, '.cache'),
      },
      stdio: 'pipe',
    })
    const text = readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8')
    return { template: JSON.parse(text) as Template, text }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
