import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT } from './root.ts'

/**
 * A folder of `.cache` that the first process makes. It is filled elsewhere and renamed when it is complete, so an interrupted
 * run leaves nothing that looks finished.
 *
 * @param name path below `.cache`; it must name the version of the content, which is never made again
 * @param fill gets an empty folder, and returns the folder in it that is kept
 */
export async function cachedFolder(
  name: string,
  fill: (workspace: string) => Promise<string>,
): Promise<string> {
  const folder = join(ROOT, '.cache', name)
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const workspace = await mkdtemp(`${folder}-`)
  try {
    const filled = await fill(workspace)
    await rename(filled, folder).catch(ignoreLostRace)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
  return folder
}

/** Another process has put the same content there first. */
function ignoreLostRace(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}
