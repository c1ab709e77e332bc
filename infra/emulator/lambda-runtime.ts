import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { arch, execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { unlessAnotherWasFaster } from '../package/unless-another-was-faster.ts'
import { ROOT } from '../root.ts'

/** AWS's own client of the Lambda Runtime API, the one that the managed Node runtimes have in them. */
const PACKAGE = dirname(fileURLToPath(import.meta.resolve('aws-lambda-ric')))
const CACHE = join(ROOT, '.cache/lambda-runtime/')
/** What runs of it; the rest of the package is there to compile the addon. */
const RUNS = ['package.json', 'index.mjs', 'rapid-client.node', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES']
const TOOLS = ['cmake', 'make', 'g++', 'python3', 'xz']
const LOG_LINES = 20

/** The client's program, where `node infra/emulator/lambda-runtime.ts` has compiled its addon before. */
export async function findLambdaRuntime(): Promise<string | undefined> {
  const program = join(await compiledFolder(), 'index.mjs')
  return existsSync(program) ? program : undefined
}

/**
 * Compiles the client's addon with the scripts and the sources that its package carries: about a minute, and no network
 * where the headers of this Node lie beside it. Nothing in `node_modules` changes, so that `npm ci` needs no compiler.
 *
 * @returns the client's program
 * @throws Error with one line for the user on another system than Linux, without the tools, or when they fail
 */
async function compileLambdaRuntime(): Promise<string> {
  if (platform !== 'linux') throw new Error('the Lambda runtime client can be compiled on Linux alone')
  const missing = TOOLS.filter((tool) => !isOnPath(tool))
  if (missing.length > 0)
    throw new Error(`the Lambda runtime client needs ${missing.join(', ')} to be compiled`)

  const folder = await compiledFolder()
  await mkdir(CACHE, { recursive: true })
  const workspace = await mkdtemp(join(CACHE, 'compile-'))
  try {
    const copy = join(workspace, 'copy')
    await cp(PACKAGE, copy, { recursive: true })
    await run(join(copy, 'scripts/preinstall.sh'))
    await run(join(copy, 'scripts/postinstall.sh'))
    const compiled = join(workspace, 'compiled')
    for (const file of RUNS) await cp(join(copy, file), join(compiled, file))
    await rename(compiled, folder).catch(unlessAnotherWasFaster)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
  return join(folder, 'index.mjs')
}

async function compiledFolder(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  return join(CACHE, `aws-lambda-ric@${version}-${arch}`)
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, tool)))
}

async function run(script: string): Promise<void> {
  const child = spawn('sh', [script], {
    env: { ...process.env, ...headersOfThisNode() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) {
    const end = log.trimEnd().split('\n').slice(-LOG_LINES).join('\n')
    throw new Error(`the Lambda runtime client could not be compiled: ${script} ended so:\n${end}`)
  }
}

/** Without them node-gyp fetches those of the Node that runs it. */
function headersOfThisNode(): NodeJS.ProcessEnv {
  const home = dirname(dirname(execPath))
  return existsSync(join(home, 'include/node/node_api.h')) ? { npm_config_nodedir: home } : {}
}

if (import.meta.main) {
  try {
    const program = (await findLambdaRuntime()) ?? (await compileLambdaRuntime())
    console.log(`AWS's Lambda runtime client is in ${dirname(program)}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
