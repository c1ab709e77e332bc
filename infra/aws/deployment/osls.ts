import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { ROOT } from '../../root.ts'

/** Makes the template from the archives and parameters in dist/. @throws Complaint */
export async function packageStack(): Promise<void> {
  await osls('package')
}

/**
 * Deploys what `packageStack` made. osls does nothing when the bucket holds the same archives as the last time. After a
 * failure that is wrong, because CloudFormation has rolled the functions back.
 *
 * @throws Complaint when osls fails
 */
export async function deployStack({ afterFailure }: { readonly afterFailure: boolean }): Promise<void> {
  // osls finds an archive unchanged only if it lies here.
  for (const name of functionNames()) {
    await copyFile(join(ROOT, 'dist', `${name}.zip`), join(ROOT, '.serverless', `${name}.zip`))
  }
  await osls('deploy', '--package', '.serverless', ...(afterFailure ? ['--force'] : []))
}

/** Shows progress on this terminal. The rest, which names closed endpoints among other things, is shown only after a failure. */
async function osls(...parameters: readonly string[]): Promise<void> {
  const bin = join(dirname(fileURLToPath(import.meta.resolve('osls/package.json'))), 'bin/serverless.js')
  const child = spawn(process.execPath, [bin, ...parameters], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
  await once(child, 'close')
  if (child.exitCode === 0) return
  throw new Complaint(`osls ${parameters.join(' ')} failed\n${Buffer.concat(printed).toString().trim()}`)
}
