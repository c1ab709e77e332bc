import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Complaint } from '../../command.ts'
import { ROOT } from '../../root.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { templateParts } from '../template/template.ts'

/** Makes the template of serverless.yml in the folder of the project. @throws Complaint with the output of osls when it fails */
export type Osls = () => Promise<void>

/**
 * Writes the files of dist/ that serverless.yml reads.
 *
 * @param project the folder with the serverless.yml to package
 */
export async function writeTemplateParts(settings: DeploymentSettings, project = ROOT): Promise<void> {
  await mkdir(join(project, 'dist'), { recursive: true })
  await writeFile(join(project, 'dist/template.json'), JSON.stringify(templateParts(settings), null, 2))
}

/** Where osls writes the template, and where it is finished. */
export const TEMPLATE_FILE = '.serverless/cloudformation-template-update-stack.json'

/**
 * The osls of the project, which packages and never deploys. Its output names closed endpoints among other things, so it is shown only
 * after a failure.
 *
 * @param progress whether this terminal shows what osls does
 */
export function projectOsls(progress: 'inherit' | 'ignore'): Osls {
  return async () => {
    const bin = join(dirname(fileURLToPath(import.meta.resolve('osls/package.json'))), 'bin/serverless.js')
    const stdio = ['ignore', 'pipe', progress] as const
    const child = spawn(process.execPath, [bin, 'package'], { cwd: ROOT, stdio: [...stdio] })
    const printed: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    await once(child, 'close')
    if (child.exitCode === 0) return
    throw new Complaint(`osls package failed\n${Buffer.concat(printed).toString().trim()}`)
  }
}
