import { globSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { bundleCode, type Code } from './bundle.ts'
import { zip } from './zip.ts'
import { ROOT } from '../root.ts'

/** The limits of bytes that load at a cold start: 1% above what was reached when they were last set, rounded down to a thousand. */
const START_BUDGETS: Readonly<Record<string, number>> = {
  announcement: 235_000,
  authorization: 263_000,
  authorizer: 208_000,
  'certificate-lists': 139_000,
  discovery: 197_000,
  introspection: 223_000,
  management: 292_000,
  revocation: 234_000,
  'standard-introspection': 242_000,
  token: 261_000,
  'token-management': 229_000,
  userinfo: 224_000,
}
/** For a function that is not listed yet. */
const LEAST_BUDGET = 10_000

/** The modules of Node that every function loads at a cold start. No other may: each costs up to 6 milliseconds (docs/performance.md). */
const START_MODULES = new Set(['buffer', 'crypto', 'diagnostics_channel', 'fs', 'net', 'tls', 'util', 'zlib'])

export interface Bundle {
  /** The bytes of the file that is read at a cold start. */
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
 * @throws Error if a module that must load on demand, a module of Node that is not listed, or too many bytes load at a cold start
 */
export async function bundle(handler: string, folder: string): Promise<Bundle> {
  const code = await bundleCode(handler)
  checkStart(handler, code)
  const archive = zip(new Map([...code.files].filter(([name]) => name.endsWith('.cjs'))))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, contents] of code.files) await writeFile(join(folder, name), contents)
  await writeFile(`${folder}.zip`, archive)
  return { startBytes: code.startBytes, archive }
}

function checkStart(handler: string, { startBytes, startImports }: Code): void {
  const early = [...startImports].filter((name) => !START_MODULES.has(name))
  if (early.length > 0)
    throw new Error(`${handler} loads these at start, but they must load on demand: ${early.join(', ')}`)

  const budget = START_BUDGETS[basename(dirname(handler))] ?? LEAST_BUDGET
  if (startBytes > budget) {
    throw new Error(`${handler} loads ${startBytes} bytes at start, more than ${budget}`)
  }
}

/** Bundles every function into a folder. */
export async function buildAll(print: (line: string) => void, folder = join(ROOT, 'dist')): Promise<void> {
  for (const name of functionNames()) {
    const { startBytes, archive } = await bundle(`functions/${name}/handler.ts`, join(folder, name))
    print(`${name.padEnd(24)} ${startBytes} bytes at start, ${archive.length} bytes zipped`)
  }
}

if (import.meta.main) await buildAll(console.log)
