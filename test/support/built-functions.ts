import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder } from '../../infra/cached-folder.ts'
import { buildAll } from '../../infra/package/build.ts'
import { ROOT } from '../../infra/root.ts'

const FOLDER = join(ROOT, '.cache/built-functions')
/** Everything that a bundle is made of, and by. */
const SOURCES = ['functions/**/*.ts', 'shared/**/*.ts', 'infra/package/*.ts', 'package-lock.json']

/**
 * The folder of all functions as `npm run build` makes them: `NAME.zip`, and its content in `NAME`. Built once for the
 * sources as they are, for every suite and every run that needs them.
 */
export async function builtFunctions(): Promise<string> {
  const key = await digestOfSources()
  return cachedFolder(`built-functions/${key}`, async (workspace) => {
    await removeOlder(key)
    const built = join(workspace, 'dist')
    await buildAll(() => undefined, built)
    return built
  })
}

async function digestOfSources(): Promise<string> {
  const digest = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) {
    digest.update(`${file}\0`).update(await readFile(join(ROOT, file)))
  }
  return digest.digest('hex').slice(0, 32)
}

/** Another suite may be building the same at this moment. */
async function removeOlder(key: string): Promise<void> {
  const older = (await readdir(FOLDER)).filter((name) => !name.startsWith(key))
  await Promise.all(older.map((name) => rm(join(FOLDER, name), { recursive: true, force: true })))
}
