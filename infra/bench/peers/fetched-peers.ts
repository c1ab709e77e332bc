import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from '../../cached-folder.ts'

const run = promisify(execFile)
const FILES = ['package.json', 'package-lock.json']

/**
 * The folder of the peers' packages, from `.cache` or from the configured npm registry. The lock file in `packages` contains the version
 * and the integrity of each.
 *
 * @throws Error if the registry returns other content
 */
export async function fetchedPeers(): Promise<string> {
  const here = join(import.meta.dirname, 'packages')
  const lock = await readFile(join(here, 'package-lock.json'))
  return cachedFolder(`peers/${hash('sha256', lock).slice(0, 32)}`, async (cwd) => {
    for (const file of FILES) await copyFile(join(here, file), join(cwd, file))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd })
    return cwd
  })
}
