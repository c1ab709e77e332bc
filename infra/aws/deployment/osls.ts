import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { functionNames } from '../../package/build.ts'
import { Complaint } from './complaint.ts'
import { ROOT } from '../../root.ts'

/** The template, from the archives and parameters in dist/. @throws Complaint */
export async function packageStack(): Promise<void> {
  await osls('package')
}

/**
 * What `packageStack` made. Nothing is done where osls finds all of it there, by the archives of the time before, which is
 * no sign after a failure: what was taken back looks as if it had been made.
 *
 * @throws Complaint when it fails
 */
export async function deployStack({ afterFailure }: { readonly afterFailure: boolean }): Promise<void> {
  // Only of archives that lie here can osls tell that they have not changed.
  for (const name of functionNames()) {
    await copyFile(join(ROOT, 'dist', `${name}.zip`), join(ROOT, '.serverless', `${name}.zip`))
  }
  await osls('deploy', '--package', '.serverless', ...(afterFailure ? ['--force'] : []))
}

/** Its progress on this terminal; what it prints at the end, addresses that are closed among it, only when it fails. */
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
