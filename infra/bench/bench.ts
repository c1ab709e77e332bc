import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, Complaint } from '../command.ts'
import type { FULL, Plan } from './requests.ts'

const HELP = `certbound bench: CPU microseconds a request over real mutual TLS, with 1 and with 32 connections, and
ratios to a bare echo

  --rounds N       rounds, in each of which every case is measured once (6; 9 with --cold-start)
  --requests N     requests of a case in a round (400)
  --http           DynamoDB without TLS; by default it has TLS, as in production
  --peers          also oidc-provider, in memory and on DynamoDB; the first time npm fetches it into .cache
  --library        instead: CPU microseconds of a check by the library for resource servers, beside jose, and with --peers
                   beside the library of Auth0
  --grants N       instead: milliseconds and capacity units of a request over 10 to N stored grants, on DynamoDB Local on
                   disk (Java 17)
  --cold-start     instead: milliseconds of a cold start of each packaged function (npm run package) under Lambda's
                   runtime client (npm run lambda-runtime), until it asks for its first event, and until it has
                   answered that
  --help`

export const COMMAND = command({
  help: HELP,
  options: {
    rounds: { type: 'string' },
    requests: { type: 'string', default: '400' },
    peers: { type: 'boolean', default: false },
    grants: { type: 'string' },
    library: { type: 'boolean', default: false },
    'cold-start': { type: 'boolean', default: false },
    http: { type: 'boolean', default: false },
  },
  run: async ({ values }, { out }) => {
    const requests = countOf('requests', values.requests)
    const rounds = countOf('rounds', values.rounds ?? (values['cold-start'] ? '9' : '6'))
    const withTls = !values.http
    const lines = await (values['cold-start']
      ? coldStart(rounds, withTls)
      : values.library
        ? libraryCosts(rounds, requests, values.peers)
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
