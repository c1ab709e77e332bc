import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT } from './root.ts'

/**
 * Returns a folder of `.cache`, which the first process makes. It is filled elsewhere and renamed when it is complete, so an interrupted
 * run leaves no incomplete folder.
 *
 * @param name path below `.cache`; it must contain the version of the content, which is made only once
 * @param fill fills an empty folder, and returns the folder in it to keep
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

/** Ignores the error if another process was faster and has put the folder there. */
function ignoreLostRace(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}
