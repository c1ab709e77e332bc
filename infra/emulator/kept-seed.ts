import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Seeded } from './seed.ts'

/**
 * The secrets of a service whose data are kept between runs: the tables hold only their digests. For development
 * only, and readable by its owner alone.
 */
export function keptSeed(directory: string | undefined) {
  const file = directory === undefined ? undefined : join(directory, 'seed.json')

  /** @throws Error with one line that names the file */
  async function read(): Promise<Seeded | undefined> {
    if (file === undefined) return undefined
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Seeded
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Error(`${file} cannot be read: remove it together with its directory to start anew`, {
        cause: error,
      })
    }
  }

  async function write(seeded: Seeded): Promise<void> {
    if (directory === undefined || file === undefined) return
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(file, JSON.stringify(seeded, null, 2), { mode: 0o600 })
  }

  return { read, write }
}
