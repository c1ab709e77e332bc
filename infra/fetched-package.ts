import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from './cached-folder.ts'

const run = promisify(execFile)

/** A package of the npm registry that is not a dependency: few runs need it, or it must not be in `node_modules`. */
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
 * @throws Error when the registry has other content
 */
export function fetchedPackage(
  { spec, integrity }: PinnedPackage,
  name = spec,
  part = 'package',
): Promise<string> {
  return cachedFolder(name, async (cwd) => {
    // The project's .npmrc names a folder for the packages that it packs itself.
    const parameters = ['pack', spec, '--ignore-scripts', '--loglevel=error', `--pack-destination=${cwd}`]
    const { stdout } = await run('npm', parameters, { cwd })
    const archive = join(cwd, stdout.trim())
    const digest = hash('sha512', await readFile(archive), 'base64')
    if (`sha512-${digest}` !== integrity) throw new Error(`${spec} is not the package that was reviewed`)
    await run('tar', ['xzf', archive, part], { cwd })
    return join(cwd, part)
  })
}
