import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, Complaint } from '../command.ts'
import type { Grown } from './growth.ts'
import type { OpenLoopPlan } from './open-loop.ts'
import type { FULL, Plan } from './requests.ts'
import type { WarmPlan } from './warm.ts'

const HELP = `certbound bench: CPU microseconds a request over real mutual TLS, with 1 and with 32 connections, and
ratios to a bare echo

  --rounds N       rounds, in each of which every case is measured once (6; 9 with --cold-start, 30 with --against)
  --requests N     requests of a case in a round (400; 100 with --against)
  --http           DynamoDB without TLS; by default it has TLS, as in production
  --peers          also oidc-provider, in memory and on DynamoDB; the first time npm fetches it into .cache
  --library        instead: CPU microseconds of a check by the library for resource servers, beside jose, and with --peers
                   beside the library of Auth0
  --grants N       instead: milliseconds and capacity units of a request over 10 to N stored grants of one client, on
                   DynamoDB Local (Java 17)
  --clients N      instead: the same over 10 to N stored clients
  --open-loop      instead: latencies of requests that come at random times and do not wait for each other, and with
                   --peers those of oidc-provider on DynamoDB at the same rates
  --memory N       instead: resident memory of packaged functions over N invocations; needs Linux
  --warm           instead: CPU microseconds of an invocation of each packaged function (npm run package) under Lambda's
                   runtime client (npm run lambda-runtime), beside handlers without this project; needs Linux
  --against COMMIT instead: the same of this build and of the one of a commit, in the same rounds, with the median of
                   their ratios and its 95 % interval
  --list N         instead: seconds and megabytes of the job that reads a revocation list with N entries; needs openssl
  --cold-start     instead: milliseconds of a cold start of each packaged function (npm run package) under Lambda's
                   runtime client (npm run lambda-runtime), until it asks for its first event, and until it has
                   answered that
  --help`

export const COMMAND = command({
  help: HELP,
  options: {
    rounds: { type: 'string' },
    requests: { type: 'string' },
    peers: { type: 'boolean', default: false },
    grants: { type: 'string' },
    clients: { type: 'string' },
    'open-loop': { type: 'boolean', default: false },
    memory: { type: 'string' },
    library: { type: 'boolean', default: false },
    list: { type: 'string' },
    'cold-start': { type: 'boolean', default: false },
    warm: { type: 'boolean', default: false },
    against: { type: 'string' },
    http: { type: 'boolean', default: false },
  },
  run: async ({ values }, { out }) => {
    const requests = countOf('requests', values.requests ?? defaultRequests(values))
    const rounds = countOf('rounds', values.rounds ?? defaultRounds(values))
    const [withTls, { peers }] = [!values.http, values]
    const { conditions } = await import('./table.ts')
    const print = (lines: readonly string[]) => [conditions(), ...lines].forEach(out)

    if (values.memory !== undefined) return memory(countOf('memory', values.memory), withTls, print)
    if (values['cold-start']) print(await coldStart(rounds, withTls))
    else if (values.warm || values.against !== undefined)
      print(await warm({ rounds, requests, withTls }, values.against))
    else if (values['open-loop']) print(await openLoop({ requests, peers, withTls }))
    else if (values.library) print(await libraryCosts(rounds, requests, peers))
    else if (values.list !== undefined) print(await listCosts(countOf('list', values.list)))
    else if (values.grants !== undefined)
      print(await growth('grants', countOf('grants', values.grants), requests))
    else if (values.clients !== undefined)
      print(await growth('clients', countOf('clients', values.clients), requests))
    else print(await requestCosts({ rounds, requests, peers, withTls }))
    return 0
  },
})

/** Fewer rounds have too wide an interval. */
const LEAST_ROUNDS = 30

function defaultRounds(values: {
  readonly 'cold-start': boolean
  readonly against?: string | undefined
}): string {
  if (values['cold-start']) return '9'
  return values.against === undefined ? '6' : String(LEAST_ROUNDS)
}

function defaultRequests(values: {
  readonly 'open-loop': boolean
  readonly against?: string | undefined
}): string {
  if (values['open-loop']) return '4000'
  return values.against === undefined ? '400' : '100'
}

/** @returns the exit code: 1 if the memory of a function grows */
async function memory(
  invocations: number,
  withTls: boolean,
  print: (lines: readonly string[]) => void,
): Promise<number> {
  const { measureMemory } = await import('./memory.ts')
  const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
  const { lines, growing } = await measureMemory(await packageHere(), { invocations, keys: KEYS, withTls })
  print(lines)
  return growing.length === 0 ? 0 : 1
}

/** The number of keys of DPoP proofs. It is more than a function keeps. */
const KEYS = 1100

async function openLoop(plan: Pick<OpenLoopPlan, 'requests' | 'peers' | 'withTls'>): Promise<string[]> {
  const { measureOpenLoop } = await import('./open-loop.ts')
  return await measureOpenLoop({ ...plan, random: Math.random, warmUp: 1500, connections: 64 })
}

async function coldStart(rounds: number, withTls: boolean): Promise<string[]> {
  const { coldStarts } = await import('./cold-start.ts')
  const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
  return coldStarts(await packageHere(), rounds, withTls)
}

async function warm(given: Pick<WarmPlan, 'rounds' | 'requests' | 'withTls'>, commit: string | undefined) {
  if (commit !== undefined && given.rounds < LEAST_ROUNDS)
    throw new Complaint(`--against needs ${LEAST_ROUNDS} rounds or more`)
  const { measureAgainst, measureWarm } = await import('./warm.ts')
  const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
  const [packaged, plan] = [await packageHere(), { ...given, warmUp: 1000, keys: KEYS }]
  if (commit === undefined) return await measureWarm(packaged, plan)
  const { buildOf, buildThis } = await import('./other-build.ts')
  const other = await buildOf(commit)
  await buildThis()
  return await measureAgainst(packaged, other, plan)
}

async function requestCosts(plan: Omit<Plan, keyof typeof FULL>): Promise<string[]> {
  const { FULL, measureRequests } = await import('./requests.ts')
  return measureRequests({ ...FULL, ...plan })
}

async function libraryCosts(rounds: number, requests: number, peers: boolean): Promise<string[]> {
  const { measureLibrary } = await import('./library.ts')
  const { developmentCertificates } = await import('../emulator/site/certificates.ts')
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-library-'))
  const { clients } = await developmentCertificates(folder.path, ['bench'])
  return await measureLibrary({ rounds, requests, peers, certificate: clients.bench.cert })
}

async function listCosts(entries: number): Promise<string[]> {
  const { measureList } = await import('./list.ts')
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-list-'))
  return await measureList(entries, folder.path)
}

const SIZES = { grants: [10, 10_000, 100_000], clients: [10, 1000] }

async function growth(grown: Grown, most: number, requests: number): Promise<string[]> {
  const { measureGrowth } = await import('./growth.ts')
  const { startDynamoDbLocal } = await import('../emulator/dynamodb-local.ts')
  const engine = await startDynamoDbLocal()
  try {
    return await measureGrowth(
      engine.endpoint,
      grown,
      [...SIZES[grown].filter((size) => size < most), most],
      requests,
    )
  } finally {
    await engine.close()
  }
}

/** @throws Complaint */
function countOf(option: string, text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Complaint(`--${option} must be a positive number`)
  return count
}
