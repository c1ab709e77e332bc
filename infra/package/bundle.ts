import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { ROOT } from '../root.ts'

/** Packages that few requests need. Each is a file of its own, which loads with the first request that needs it. */
const ON_DEMAND = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-s3',
  '@aws-sdk/lib-dynamodb',
  'asn1js',
  'jose',
  'pkijs',
]

const partOf = (name: string) => name.replace(/^@/, '').replaceAll('/', '-')

/** The code of a function. */
export interface Code {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The length of the file with all our modules, which is read and parsed at each cold start. */
  readonly startBytes: number
  /** The modules of Node and the parts that load at a cold start. */
  readonly startImports: ReadonlySet<string>
}

/**
 * Lambda imports `index.cjs` as an ES module. Node searches such a file for the names of its exports, so it is short, and requires the
 * file with the code.
 */
const ENTRY = `exports.handler=require('./function.cjs').handler\n`

/**
 * Bundles a function into one CommonJS file, because ES modules cost more time at a cold start: an import of a module of Node reads
 * each of its exports. Our modules are all in this file, so none of them can exist twice.
 *
 * @param onDemand the packages that are files of their own
 * @throws Error if a module of ours would be in two files
 */
export async function bundleCode(handler: string, onDemand = ON_DEMAND): Promise<Code> {
  const { files, inputs, parts } = await bundleFile('function', handler, onDemand)
  // A part can need others.
  for (const name of parts) {
    const part = await bundlePart(name, onDemand)
    const ours = Object.keys(part.inputs).filter((path) => !path.includes('node_modules/'))
    if (ours.length > 0) throw new Error(`${handler}: ${ours.join(', ')} would be in two files`)
    for (const [path, contents] of part.files) files.set(path, contents)
    for (const further of part.parts) parts.add(further)
  }
  return {
    startBytes: files.get('function.cjs')?.length ?? 0,
    startImports: importedAtStart(inputs, handler),
    files: files.set('index.cjs', Buffer.from(ENTRY)),
  }
}

type Part = ReturnType<typeof bundleFile>
const known = new Map<string, Part>()

/** All functions have the same parts, so a process bundles each of them once. */
function bundlePart(name: string, onDemand: readonly string[]): Part {
  const key = [name, ...onDemand].join()
  const part = known.get(key) ?? bundleFile(partOf(name), name, onDemand)
  known.set(key, part)
  return part
}

async function bundleFile(name: string, entry: string, onDemand: readonly string[]) {
  const parts = new Set<string>()
  const outdir = join(ROOT, 'dist/function')
  const { metafile, outputFiles } = await build({
    ...OPTIONS,
    // With a fixed path the bytes do not depend on the folder.
    outdir,
    entryPoints: { [name]: entry },
    plugins: [leaveOut(onDemand, parts)],
  })
  const files = new Map(
    outputFiles.map(({ path, contents }) => [path.slice(outdir.length + 1), contents] as const),
  )
  return { files, parts, inputs: includedOf(metafile) }
}

const OPTIONS = {
  absWorkingDir: ROOT,
  write: false,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // Parts are required, also where the source imports them on demand.
  supported: { 'dynamic-import': false },
  // The SDK's ES modules are a third smaller than the CommonJS that esbuild prefers for Node.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  sourcemap: 'external',
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Leaves out the packages that load on demand. @param parts receives their names */
function leaveOut(onDemand: readonly string[], parts: Set<string>): Plugin {
  return {
    name: 'on-demand',
    setup: (building) => {
      building.onResolve({ filter: /^[@a-z/]/ }, ({ path, kind }) => {
        if (kind === 'entry-point' || !onDemand.includes(path)) return undefined
        parts.add(path)
        return { path: `./${partOf(path)}.cjs`, external: true }
      })
    },
  }
}

type Inputs = Metafile['inputs']

/** The modules of which code has remained. */
function includedOf({ inputs, outputs }: Metafile): Inputs {
  const included = new Set(Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)))
  return Object.fromEntries(Object.entries(inputs).filter(([path]) => included.has(path)))
}

/** The imports of the entry, direct and indirect, without dynamic imports: names of modules of Node, and files of parts. */
function importedAtStart(inputs: Inputs, entry: string): Set<string> {
  const reached = new Set([entry])
  const outside = new Set<string>()
  for (const path of reached) {
    for (const { path: next, kind, external } of inputs[path]?.imports ?? []) {
      if (kind === 'dynamic-import') continue
      if (external === true) outside.add(isBuiltin(next) ? next.replace(/^node:/, '') : next)
      else reached.add(next)
    }
  }
  return outside
}
