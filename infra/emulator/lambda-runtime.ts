import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { arch, execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cachedFolder } from '../cached-folder.ts'
import { ROOT } from '../root.ts'

/** AWS's client of the Lambda Runtime API, which is part of the managed Node runtimes. */
const PACKAGE = dirname(fileURLToPath(import.meta.resolve('aws-lambda-ric')))
/** The files that are needed at run time. The rest of the package is for compiling the addon. */
const KEPT = ['package.json', 'index.mjs', 'rapid-client.node', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES']
const TOOLS = ['cmake', 'make', 'g++', 'python3', 'xz']
const LOG_LINES = 20

/** The program of the client; `undefined` if `npm run lambda-runtime` has not compiled it. */
export async function findLambdaRuntime(): Promise<string | undefined> {
  const program = join(ROOT, '.cache', await cacheName(), 'index.mjs')
  return existsSync(program) ? program : undefined
}

/**
 * Compiles the client's addon with the scripts and the sources of its package. This takes about a minute, and needs no network if the
 * headers of this Node are installed with it. It does not change `node_modules`, so `npm ci` needs no compiler.
 *
 * @returns the client's folder
 * @throws Error with one line for the user if the system is not Linux, or if the tools are missing or fail
 */
async function compileLambdaRuntime(): Promise<string> {
  return cachedFolder(await cacheName(), async (workspace) => {
    if (platform !== 'linux') throw new Error('the Lambda runtime client can be compiled only on Linux')
    const missing = TOOLS.filter((tool) => !isOnPath(tool))
    if (missing.length > 0)
      throw new Error(`compiling the Lambda runtime client requires ${missing.join(', ')}`)
    const copy = join(workspace, 'copy')
    await cp(PACKAGE, copy, { recursive: true })
    await run(join(copy, 'scripts/preinstall.sh'))
    await run(join(copy, 'scripts/postinstall.sh'))
    const compiled = join(workspace, 'compiled')
    for (const file of KEPT) await cp(join(copy, file), join(compiled, file))
    return compiled
  })
}

async function cacheName(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  return `lambda-runtime/aws-lambda-ric@${version}-${arch}`
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, tool)))
}

async function run(script: string): Promise<void> {
  const env = { ...process.env, ...headersOfThisNode() }
  try {
    await promisify(execFile)('sh', [script], { env, maxBuffer: Infinity })
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    const end = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LOG_LINES).join('\n')
    const problem = `the Lambda runtime client could not be compiled: ${script} failed. Its last lines:\n${end}`
    throw new Error(problem, { cause: error })
  }
}

/** The headers of this Node. Without them node-gyp would fetch headers from the network. */
function headersOfThisNode(): NodeJS.ProcessEnv {
  const home = dirname(dirname(execPath))
  return existsSync(join(home, 'include/node/node_api.h')) ? { npm_config_nodedir: home } : {}
}

if (import.meta.main) {
  try {
    console.log(`AWS's Lambda runtime client is in ${await compileLambdaRuntime()}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
