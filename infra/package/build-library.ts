import { build } from 'esbuild'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { ROOT } from '../root.ts'

const LIBRARY = 'shared/resource-server'
/** `npm pack` writes its archive here (.npmrc). */
const ARCHIVES = 'dist/library'

/**
 * Builds the library for resource servers for publishing: ES modules and their types, for Node 20 and later. The shared modules that it
 * imports are bundled; packages are not.
 *
 * @param project the folder of a project that has the library's workspace; the sources are those of this project
 * @throws Error if a module cannot be bundled, or if its types depend on other modules
 */
export async function buildLibrary(project = ROOT): Promise<void> {
  const folder = join(project, LIBRARY, 'dist')
  const archives = join(project, ARCHIVES)
  for (const old of [folder, archives]) await rm(old, { recursive: true, force: true })
  await writeModules(folder)
  await writeTypes(folder)
  // This is the last step, so that `npm pack` fails without a complete build.
  await mkdir(archives, { recursive: true })
}

async function writeModules(folder: string): Promise<void> {
  const manifest = await readFile(join(ROOT, LIBRARY, 'package.json'), 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { default: string }> }
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.values(exports).map((entry) => `${LIBRARY}/${basename(entry.default, '.js')}.ts`),
    outdir: folder,
    bundle: true,
    // All adapters must share one record of checked requests.
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
}

async function writeTypes(folder: string): Promise<void> {
  const modules = (await readdir(join(ROOT, LIBRARY))).filter((name) => name.endsWith('.ts'))
  for (const name of modules) {
    const text = await readFile(join(ROOT, LIBRARY, name), 'utf8')
    await writeFile(join(folder, name.replace('.ts', '.d.ts')), declarationsOf(name, text))
  }
}

/** The types of a module, without reading the modules that it imports. */
function declarationsOf(fileName: string, text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext }
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
    fileName,
    reportDiagnostics: true,
    compilerOptions,
  })
  const [fault] = diagnostics
  if (fault !== undefined)
    throw new Error(`${fileName}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`)
  // The package contains no other modules of certbound, so users would see `any`.
  if (outputText.includes("from '../"))
    throw new Error(`${fileName}: its public types name a module outside the library`)
  return outputText
}

if (import.meta.main) await buildLibrary()
