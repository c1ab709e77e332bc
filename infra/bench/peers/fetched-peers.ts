import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from '../../cached-folder.ts'
import { ROOT } from '../../root.ts'

const run = promisify(execFile)
const FILES = ['package.json', 'package-lock.json']

const PACKAGES = join(import.meta.dirname, 'packages')
const NAME = `peers/${hash('sha256', readFileSync(join(PACKAGES, 'package-lock.json'))).slice(0, 32)}`

/** The folder of the peers' packages, which may not be there yet. */
export const PEERS_FOLDER: string = join(ROOT, '.cache', NAME)

/**
 * The folder of the peers' packages, from `.cache` or from the configured npm registry. The lock file in `packages` contains the version
 * and the integrity of each.
 *
 * @throws Error if the registry returns other content
 */
export async function fetchedPeers(): Promise<string> {
  return cachedFolder(NAME, async (cwd) => {
    for (const file of FILES) await copyFile(join(PACKAGES, file), join(cwd, file))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd })
    return cwd
  })
}
