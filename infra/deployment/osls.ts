import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(import.meta.dirname))

/**
 * Runs osls on the project, its output on this terminal.
 *
 * @throws Error when it fails; what failed has been printed by then
 */
export async function osls(parameters: readonly string[]): Promise<void> {
  const bin = join(dirname(fileURLToPath(import.meta.resolve('osls/package.json'))), 'bin/serverless.js')
  const child = spawn(process.execPath, [bin, ...parameters], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`osls ${parameters[0] ?? ''} failed`)
}
