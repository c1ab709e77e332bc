import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TEMPLATE_FILE } from '../../../infra/aws/deployment/osls.ts'
import { packageRelease } from '../../../infra/aws/deployment/release.ts'
import { readDeployment } from '../../../infra/aws/settings/read-deployment.ts'
import type { DeploymentSettings } from '../../../infra/aws/settings/settings.ts'
import { functionNames } from '../../../infra/package/build.ts'

const root = join(import.meta.dirname, '../../..')

/** The settings of the example, with some values replaced. */
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
  /** As it is uploaded. */
  readonly text: string
}

/** All resources of a type, with their logical IDs. The caller sets the type of the properties. */
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
/** The folder in functions/ with the code of a Lambda function. */
export const nameOf = ({ FunctionName }: Lambda): string => FunctionName.replace(/^certbound-[^-]+-/, '')

/** Makes the template with `osls package`, without a network or an account. The archives are empty. */
export async function packagedTemplate(changes: Partial<DeploymentSettings> = {}): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-template-'))
  try {
    copyFileSync(join(root, 'serverless.yml'), join(folder, 'serverless.yml'))
    mkdirSync(join(folder, 'dist'))
    for (const name of functionNames()) writeFileSync(join(folder, 'dist', `${name}.zip`), '')
    const { text } = await packageRelease(await exampleSettings(changes), () => oslsIn(folder), folder)
    return { template: JSON.parse(text) as Template, text }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * The real osls, in a folder with a copy of serverless.yml and what it reads. It starts slowly, and its result follows from these
 * files, so it is kept.
 */
export function oslsIn(folder: string): Promise<void> {
  const inputs = ['serverless.yml', 'dist/template.json'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  )
  const osls = readFileSync(join(root, 'node_modules/osls/package.json'), 'utf8')
  const kept = join(root, '.cache/packaged', `${hash('sha256', [osls, ...inputs].join('\n'), 'hex')}.json`)
  const made = join(folder, TEMPLATE_FILE)
  mkdirSync(dirname(kept), { recursive: true })
  mkdirSync(dirname(made), { recursive: true })
  if (existsSync(kept)) copyFileSync(kept, made)
  else {
    runOsls(folder)
    // Another process may keep it at this moment.
    copyFileSync(made, `${kept}.${process.pid}`)
    renameSync(`${kept}.${process.pid}`, kept)
  }
  return Promise.resolve()
}

function runOsls(cwd: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules/osls/bin/serverless.js'), 'package'], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      // With a compile cache osls starts faster, because it compiles hundreds of modules and a schema.
      NODE_COMPILE_CACHE: join(root, '.cache/compiled'),
      SLS_SCHEMA_CACHE_BASE_DIR: join(root, '.cache'),
    },
    stdio: 'pipe',
  })
}
