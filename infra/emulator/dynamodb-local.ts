import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { listsTables } from '../tables/tables.ts'
import { unlessAnotherWasFaster } from '../package/unless-another-was-faster.ts'
import { ROOT } from '../root.ts'

/** Amazon's DynamoDB Local, packed into an npm package. Its licence allows development and testing only: never deployed. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30'
const INTEGRITY =
  'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=='
const CACHE = join(ROOT, '.cache/dynamodb-local/')
const EMULATOR = join(CACHE, PACKAGE)
const JAR = 'DynamoDBLocal.jar'

const JAVA_MIN_VERSION = 17
const START_LIMIT_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 50

export interface DynamoDbLocal {
  readonly endpoint: string
  readonly close: () => Promise<void>
}

/** The first `java` of JAVA_HOME and PATH that is new enough for the jar. */
export function findJava(): string | undefined {
  const { JAVA_HOME, PATH = '' } = process.env
  const homes = JAVA_HOME === undefined ? [] : [join(JAVA_HOME, 'bin')]
  const candidates = [...homes, ...PATH.split(delimiter)].map((directory) => join(directory, 'java'))
  return candidates.find((java) => existsSync(java) && javaVersion(java) >= JAVA_MIN_VERSION)
}

/**
 * Starts DynamoDB Local in memory on a free port; fetches it first where it is not cached. It listens on all
 * interfaces: it knows no option for that.
 *
 * @throws Error without Java, without the package, or when it does not answer within 60 seconds
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const java = findJava()
  if (java === undefined) throw new Error(`DynamoDB Local needs Java ${JAVA_MIN_VERSION} or later`)
  const cwd = await fetchEmulator()
  const port = await freePort()
  const options = ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-Djava.library.path=./DynamoDBLocal_lib']
  const program = ['-jar', JAR, '-port', String(port), '-inMemory', '-sharedDb', '-disableTelemetry']
  const child = spawn(java, [...options, ...program], { cwd, stdio: 'ignore' })
  const stop = () => child.kill()
  process.once('exit', stop)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))

  const endpoint = `http://127.0.0.1:${port}`
  const close = async () => {
    process.off('exit', stop)
    stop()
    await ended
  }
  try {
    await answering(endpoint, child)
  } catch (error) {
    await close()
    throw error
  }
  return { endpoint, close }
}

/** @returns the directory that holds the jar, from the cache or from the configured npm registry */
async function fetchEmulator(): Promise<string> {
  if (existsSync(join(EMULATOR, JAR))) return EMULATOR
  await mkdir(CACHE, { recursive: true })
  const workspace = await mkdtemp(join(CACHE, 'fetch-'))
  try {
    const tarball = await pack(workspace)
    await run('tar', ['xzf', tarball, 'package/emulator'], workspace)
    await rename(join(workspace, 'package', 'emulator'), EMULATOR).catch(unlessAnotherWasFaster)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
  return EMULATOR
}

async function pack(workspace: string): Promise<string> {
  const name = await run('npm', ['pack', PACKAGE, '--silent', '--ignore-scripts'], workspace)
  const tarball = join(workspace, name.trim())
  const digest = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')
  if (`sha512-${digest}` !== INTEGRITY) throw new Error(`${PACKAGE} is not the package that was reviewed`)
  return tarball
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MILLISECONDS
  while (!(await listsTables(endpoint))) {
    const outcome = child.exitCode ?? child.signalCode
    if (outcome !== null) throw new Error(`DynamoDB Local ended with ${outcome}`)
    if (Date.now() > deadline)
      throw new Error(`DynamoDB Local did not answer within ${START_LIMIT_MILLISECONDS} ms`)
    await delay(POLL_MILLISECONDS)
  }
}

function javaVersion(java: string): number {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

function run(command: string, parameters: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ${parameters.join(' ')} failed: ${complaint.trim()}`))
    })
  })
}

if (import.meta.main) console.log(`DynamoDB Local is in ${await fetchEmulator()}`)
