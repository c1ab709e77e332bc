import { build, type Metafile } from 'esbuild'
import { globSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { zip } from './zip.ts'
import { ROOT } from '../root.ts'

/** What loads at a cold start, in bytes: 6% above the largest function when this was last set. */
const START_BUDGET_BYTES = 470_000
/** Needed by few requests, so loaded by `import()` when they are. */
const NOT_AT_START = /node_modules\/(pkijs|asn1js|jose)\//

export interface Bundle {
  /** Bytes of the entry and everything that it imports statically. */
  readonly startBytes: number
  readonly archive: Buffer
}

export function functionNames(): string[] {
  return globSync('functions/*/handler.ts', { cwd: ROOT })
    .map((file) => basename(dirname(file)))
    .sort()
}

/**
 * Bundles one function into `folder`, and the archive that Lambda takes into `folder.zip`.
 *
 * @param handler path of the module that exports `handler`, from the project's root
 * @throws Error when a module that must load on demand, or too much of anything, loads at a cold start
 */
export async function bundle(handler: string, folder: string): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: handler },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ES modules are a third smaller than the CommonJS that esbuild prefers for Node.
    mainFields: ['module', 'main'],
    // For a dependency that is CommonJS after all: its `require` of a built-in would end the start otherwise.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    legalComments: 'none',
    sourcemap: 'external',
    logLevel: 'warning',
  })

  const startBytes = measureStart(handler, metafile)
  const archive = zip(await contents(folder, metafile))
  await writeFile(`${folder}.zip`, archive)
  return { startBytes, archive }
}

function measureStart(handler: string, { outputs }: Metafile): number {
  const start = loadedAtStart(outputs)
  const early = start.flatMap(({ inputs }) => Object.keys(inputs).filter((input) => NOT_AT_START.test(input)))
  if (early.length > 0)
    throw new Error(`${handler} loads at start what must load on demand: ${early.join(', ')}`)

  const bytes = start.reduce((sum, output) => sum + output.bytes, 0)
  if (bytes > START_BUDGET_BYTES) {
    throw new Error(`${handler} loads ${bytes} bytes at start, over ${START_BUDGET_BYTES}`)
  }
  return bytes
}

/** The entry and what it imports, and so on, dynamic imports left out. */
function loadedAtStart(outputs: Metafile['outputs']) {
  const reached = new Set(Object.keys(outputs).filter((path) => basename(path) === 'index.mjs'))
  for (const path of reached) {
    const imports = outputs[path]?.imports ?? []
    for (const { path: next, kind } of imports)
      if (kind !== 'dynamic-import' && next in outputs) reached.add(next)
  }
  return [...reached].flatMap((path) => outputs[path] ?? [])
}

async function contents(folder: string, { outputs }: Metafile): Promise<Map<string, Uint8Array>> {
  const modules = Object.keys(outputs).filter((path) => path.endsWith('.mjs'))
  return new Map(
    await Promise.all(
      modules.map(
        async (path) => [relative(folder, join(ROOT, path)), await readFile(join(ROOT, path))] as const,
      ),
    ),
  )
}

/** Every function into `dist/`. */
export async function buildAll(): Promise<void> {
  for (const name of functionNames()) {
    const { startBytes, archive } = await bundle(`functions/${name}/handler.ts`, join(ROOT, 'dist', name))
    console.log(`${name.padEnd(24)} ${startBytes} bytes at start, ${archive.length} bytes zipped`)
  }
}

if (import.meta.main) await buildAll()
