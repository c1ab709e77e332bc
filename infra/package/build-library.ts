import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ROOT } from '../root.ts'

/** What package.json exports, each under its own path. */
const ENTRIES = ['protected-resource', 'node', 'express', 'fastify', 'hono', 'api-gateway']

/**
 * The library for resource servers, as published: ES modules and their types, for Node 20 and later. `jose` is not bundled.
 *
 * @param folder beside which the types of everything are made, before those of the library are taken from there
 */
export async function buildLibrary(folder = join(ROOT, 'dist/resource-server')): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map((name) => `shared/resource-server/${name}.ts`),
    outdir: folder,
    bundle: true,
    // Adapters and `tokenOf` have to be about the same requests.
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['jose'],
    logLevel: 'warning',
  })
  const types = join(dirname(folder), `${basename(folder)}-types`)
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const project = join(ROOT, 'infra/resource-server.tsconfig.json')
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', types], { stdio: 'inherit' })
  for (const name of await readdir(join(types, 'resource-server'))) {
    const text = await readFile(join(types, 'resource-server', name), 'utf8')
    await writeFile(join(folder, name), text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"))
  }
  await rm(types, { recursive: true })
}

if (import.meta.main) await buildLibrary()
