import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from '../cached-folder.ts'
import { Complaint } from '../command.ts'
import { ROOT } from '../root.ts'
import type { Build } from './warm-functions.ts'

const run = promisify(execFile)

/** Bundles the functions of this working tree again, because the ones there may be old. */
export async function buildThis(): Promise<void> {
  await run(process.execPath, ['infra/package/build.ts'], { cwd: ROOT })
}

/**
 * Bundles the functions of a commit in a folder of `.cache`, with the packages of its lock file.
 *
 * @throws Complaint if git does not know the commit
 */
export async function buildOf(commit: string): Promise<Build> {
  const parsed = run('git', ['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`], {
    cwd: ROOT,
  })
  const { stdout } = await parsed.catch((cause: unknown) => {
    throw new Complaint(`--against must name a commit, and git does not know ${commit}`, { cause })
  })
  const id = stdout.trim()
  const folder = await cachedFolder(`against/${id}`, async (workspace) => {
    const archive = join(workspace, 'commit.tar')
    await run('git', ['archive', `--output=${archive}`, id], { cwd: ROOT })
    const tree = join(workspace, 'tree')
    await run('mkdir', [tree])
    await run('tar', ['xf', archive, '-C', tree])
    // The folder is below this one, so the packages here are found if it has none of its own.
    const [locked, here] = await Promise.all(
      [tree, ROOT].map((at) => readFile(join(at, 'package-lock.json'), 'utf8')),
    )
    if (locked !== here)
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: tree })
    await run(process.execPath, ['infra/package/build.ts'], { cwd: tree })
    return tree
  })
  return { name: id.slice(0, 8), archives: join(folder, 'dist') }
}
