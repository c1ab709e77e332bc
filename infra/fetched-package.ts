import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from './cached-folder.ts'

const run = promisify(execFile)

/** A package of the npm registry that is not a dependency, because few runs need it or because it must not be in `node_modules`. */
export interface PinnedPackage {
  /** `name@version` */
  readonly spec: string
  /** The hash of the reviewed package, as in package-lock.json. */
  readonly integrity: string
}

/**
 * Fetches a package from the configured registry, unless it is in `.cache` already.
 *
 * @param name path below `.cache` @param part the folder of the archive that is kept
 * @returns the folder of the package
 * @throws Error if the registry returns other content
 */
export function fetchedPackage(
  { spec, integrity }: PinnedPackage,
  name = spec,
  part = 'package',
): Promise<string> {
  return cachedFolder(name, async (cwd) => {
    // The project's .npmrc sets a folder for its own packages.
    const parameters = ['pack', spec, '--ignore-scripts', '--loglevel=error', `--pack-destination=${cwd}`]
    const { stdout } = await run('npm', parameters, { cwd })
    const archive = join(cwd, stdout.trim())
    const digest = hash('sha512', await readFile(archive), 'base64')
    if (`sha512-${digest}` !== integrity) throw new Error(`${spec} is not the reviewed package`)
    await run('tar', ['xzf', archive, part], { cwd })
    return join(cwd, part)
  })
}
