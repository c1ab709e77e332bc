import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeParameters } from '../../../infra/aws/deployment/parameters.ts'
import { type DeploymentSettings, readDeployment } from '../../../infra/aws/deployment/settings.ts'
import type { Template } from './rules/template.ts'

const root = join(import.meta.dirname, '../../..')

const TRUSTSTORE = { bucket: 'certbound-truststore', key: 'truststore.pem', version: 'version-1' }

/** The settings of the example, some of them replaced. */
export async function exampleSettings(
  changes: Partial<DeploymentSettings> = {},
): Promise<DeploymentSettings> {
  return { ...(await readDeployment(join(root, 'certbound.example.jsonc'))), ...changes }
}

export interface Packaged {
  readonly template: Template
  /** As written by osls. */
  readonly text: string
}

/** The template that `osls package` makes, without network and account. The archives are empty. */
export async function packagedTemplate(changes: Partial<DeploymentSettings> = {}): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-template-'))
  try {
    for (const file of ['serverless.yml', 'infra'])
      cpSync(join(root, file), join(folder, file), { recursive: true })
    mkdirSync(join(folder, 'dist'))
    const functions = readFileSync(join(folder, 'infra/aws/template/functions.yml'), 'utf8')
    for (const [artifact] of functions.matchAll(/dist\/.+?\.zip/g)) writeFileSync(join(folder, artifact), '')
    await writeParameters(await exampleSettings(changes), TRUSTSTORE, folder)
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
