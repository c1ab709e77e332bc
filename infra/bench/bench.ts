import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, Complaint } from '../command.ts'
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
  --grants N       instead: milliseconds and capacity units of a request over 10 to N stored grants, on DynamoDB Local on
                   disk (Java 17)
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
    library: { type: 'boolean', default: false },
    list: { type: 'string' },
    'cold-start': { type: 'boolean', default: false },
    warm: { type: 'boolean', default: false },
    against: { type: 'string' },
    http: { type: 'boolean', default: false },
  },
  run: async ({ values }, { out }) => {
    const requests = countOf('requests', values.requests ?? (values.against === undefined ? '400' : '100'))
    const least = values['cold-start'] ? '9' : values.against === undefined ? '6' : String(LEAST_ROUNDS)
    const rounds = countOf('rounds', values.rounds ?? least)
    const withTls = !values.http
    const lines = await (values['cold-start']
      ? coldStart(rounds, withTls)
      : values.warm || values.against !== undefined
        ? warm({ rounds, requests, withTls }, values.against)
        : values.library
          ? libraryCosts(rounds, requests, values.peers)
          : values.list !== undefined
            ? listCosts(countOf('list', values.list))
            : values.grants === undefined
              ? requestCosts({ rounds, requests, peers: values.peers, withTls })
              : growth(countOf('grants', values.grants), requests))
    const { conditions } = await import('./table.ts')
    for (const line of [conditions(), ...lines]) out(line)
    return 0
  },
})

async function coldStart(rounds: number, withTls: boolean): Promise<string[]> {
  const { coldStarts } = await import('./cold-start.ts')
  const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
  return coldStarts(await packageHere(), rounds, withTls)
}

/** Fewer rounds have too wide an interval. */
const LEAST_ROUNDS = 30

async function warm(given: Pick<WarmPlan, 'rounds' | 'requests' | 'withTls'>, commit: string | undefined) {
  if (commit !== undefined && given.rounds < LEAST_ROUNDS)
    throw new Complaint(`--against needs ${LEAST_ROUNDS} rounds or more`)
  const { measureAgainst, measureWarm } = await import('./warm.ts')
  const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
  const [packaged, plan] = [await packageHere(), { ...given, warmUp: 1000, keys: 1100 }]
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

const SIZES = [10, 10_000, 100_000]

async function growth(grants: number, requests: number): Promise<string[]> {
  const { measureGrowth } = await import('./growth.ts')
  const { startDynamoDbLocal } = await import('../emulator/dynamodb-local.ts')
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-grants-'))
  const engine = await startDynamoDbLocal(folder.path)
  try {
    return await measureGrowth(engine.endpoint, [...SIZES.filter((size) => size < grants), grants], requests)
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
