import { build, type Metafile } from 'esbuild'
import { globSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { zip } from './zip.ts'
import { ROOT } from '../root.ts'

/** The limit of bytes that load at a cold start: 1% above the largest function when this was last set. */
const START_BUDGET_BYTES = 277_000
/** Packages that few requests need, so they are loaded on demand with `import()`. */
const NOT_AT_START = /node_modules\/(pkijs|asn1js|jose)\//

export interface Bundle {
  /** The bytes of the entry and of everything that it imports statically. */
  readonly startBytes: number
  readonly archive: Buffer
}

export function functionNames(): string[] {
  return globSync('functions/*/handler.ts', { cwd: ROOT })
    .map((file) => basename(dirname(file)))
    .sort()
}

/**
 * Bundles one function into `folder`, and writes its archive for Lambda to `folder.zip`.
 *
 * @param handler path of the module that exports `handler`, from the project's root
 * @throws Error if a module that must load on demand, or too many bytes, load at a cold start
 */
export async function bundle(handler: string, folder: string): Promise<Bundle> {
  // esbuild derives the names of chunks from their paths. With a fixed path the bytes do not depend on the folder.
  const outdir = join(ROOT, 'dist/function')
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: handler },
    outdir,
    write: false,
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
    // Some dependencies are CommonJS and require built-ins. Without `require` the function would not start.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    legalComments: 'none',
    sourcemap: 'external',
    logLevel: 'warning',
  })

  const startBytes = measureStart(handler, metafile)
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(outdir, path), contents]))
  const archive = zip(new Map([...files].filter(([name]) => name.endsWith('.mjs'))))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, contents] of files) await writeFile(join(folder, name), contents)
  await writeFile(`${folder}.zip`, archive)
  return { startBytes, archive }
}

function measureStart(handler: string, { outputs }: Metafile): number {
  const start = loadedAtStart(outputs)
  const early = start.flatMap(({ inputs }) => Object.keys(inputs).filter((input) => NOT_AT_START.test(input)))
  if (early.length > 0)
    throw new Error(`${handler} loads these at start, but they must load on demand: ${early.join(', ')}`)

  const bytes = start.reduce((sum, output) => sum + output.bytes, 0)
  if (bytes > START_BUDGET_BYTES) {
    throw new Error(`${handler} loads ${bytes} bytes at start, more than ${START_BUDGET_BYTES}`)
  }
  return bytes
}

/** The entry and everything that it imports, directly or indirectly, without dynamic imports. */
function loadedAtStart(outputs: Metafile['outputs']) {
  const reached = new Set(Object.keys(outputs).filter((path) => basename(path) === 'index.mjs'))
  for (const path of reached) {
    const imports = outputs[path]?.imports ?? []
    for (const { path: next, kind } of imports)
      if (kind !== 'dynamic-import' && next in outputs) reached.add(next)
  }
  return [...reached].flatMap((path) => outputs[path] ?? [])
}

/** Bundles every function into `dist/`. */
export async function buildAll(print: (line: string) => void): Promise<void> {
  for (const name of functionNames()) {
    const { startBytes, archive } = await bundle(`functions/${name}/handler.ts`, join(ROOT, 'dist', name))
    print(`${name.padEnd(24)} ${startBytes} bytes at start, ${archive.length} bytes zipped`)
  }
}

if (import.meta.main) await buildAll(console.log)
