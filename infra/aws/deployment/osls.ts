import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { ROOT } from '../../root.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import type { TruststoreObject } from '../template/domains.ts'
import { templateParts } from '../template/template.ts'
import type { Aws } from './aws.ts'

/** The environment of a process. */
type Environment = Readonly<Record<string, string | undefined>>

/** Runs osls in the folder of the project. @throws Complaint with its output when it fails */
export type Osls = (parameters: readonly string[], env?: Environment) => Promise<void>

/**
 * Writes what serverless.yml reads from dist/.
 *
 * @param project the folder whose serverless.yml will be packaged
 */
export async function writeTemplateParts(
  settings: DeploymentSettings,
  truststore: TruststoreObject,
  project = ROOT,
): Promise<void> {
  await mkdir(join(project, 'dist'), { recursive: true })
  await writeFile(
    join(project, 'dist/template.json'),
    JSON.stringify(templateParts(settings, truststore), null, 2),
  )
}

/** Makes the template from serverless.yml, and takes the archives from dist/. @throws Complaint */
export async function packageStack(
  settings: DeploymentSettings,
  truststore: TruststoreObject,
  osls: Osls,
): Promise<void> {
  await writeTemplateParts(settings, truststore)
  await osls(['package'])
}

/**
 * Deploys what `packageStack` made. osls does nothing when the bucket holds the same archives as the last time. After a
 * failure that is wrong, because CloudFormation has rolled the functions back.
 *
 * @throws Complaint when osls fails
 */
export async function deployStack(
  { afterFailure, env }: { readonly afterFailure: boolean; readonly env: Environment },
  osls: Osls,
): Promise<void> {
  // osls finds an archive unchanged only if it lies here.
  for (const name of functionNames()) {
    await copyFile(join(ROOT, 'dist', `${name}.zip`), join(ROOT, '.serverless', `${name}.zip`))
  }
  await osls(['deploy', '--package', '.serverless', ...(afterFailure ? ['--force'] : [])], env)
}

/** The variables from which osls takes credentials: its rules prefer others than those of AWS (osls/lib/aws/credentials.js). */
const CREDENTIALS = /^AWS_([\w-]+_)?(PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/

/** An environment in which osls acts as exactly one identity. */
export function actingAs(
  {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  }: Awaited<ReturnType<Aws['credentials']>>,
  env: Environment,
): Environment {
  const rest = Object.entries(env).filter(([name]) => !CREDENTIALS.test(name))
  return { ...Object.fromEntries(rest), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }
}

/**
 * The osls of the project. Its output names closed endpoints among other things, so it is shown only after a failure.
 *
 * @param progress whether this terminal shows what osls does
 */
export function projectOsls(progress: 'inherit' | 'ignore'): Osls {
  return async (parameters, env = process.env) => {
    const bin = join(dirname(fileURLToPath(import.meta.resolve('osls/package.json'))), 'bin/serverless.js')
    const child = spawn(process.execPath, [bin, ...parameters], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', progress],
    })
    const printed: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    await once(child, 'close')
    if (child.exitCode === 0) return
    throw new Complaint(`osls ${parameters.join(' ')} failed\n${Buffer.concat(printed).toString().trim()}`)
  }
}
