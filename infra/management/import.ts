import OPEN_API from '../../docs/openapi.json' with { type: 'json' }
import type { JsonObject } from '../../shared/json.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { StoredClient } from '../../shared/store/client.ts'
import { digest } from '../../shared/store/digest.ts'
import { parseNumber } from '../../shared/store/identity.ts'
import type { StoredService } from '../../shared/store/service.ts'
import { Complaint, Complaints } from '../command.ts'
import type { Exported } from './authlete-export.ts'
import { type ImportService, judgeClient, writeClient } from './client-import.ts'
import { openManagement } from './management.ts'
import { isSame, leftLines, offered, otherContent, problemLines, sorted, without } from './offered-members.ts'
import { problemsOfService } from './problems.ts'

/** The service of a deployment, whose number follows from its issuer. */
export interface DeployedService {
  readonly number: number
  readonly issuer: string
}

/** What an import does, before it does it. */
export interface ImportPlan {
  /** They name what is made, and each setting and ID that cannot come. They have no secret and no value of a setting. */
  readonly lines: readonly string[]
  /** The clients that are made. */
  readonly clients: readonly StoredClient[]
  /** Nothing is written before. @throws Complaint */
  readonly write: () => Promise<void>
}

interface JudgedService extends ImportService {
  /** Authlete's number of the service, which its clients have as `serviceNumber`. */
  readonly authleteNumber: unknown
}

/**
 * Judges services and clients of Authlete by the rules of the management API, and compares them with those that are there.
 *
 * @throws Complaint with everything that is wrong. Nothing is written
 */
export async function planImport(
  exported: Exported,
  deployed: DeployedService,
  runtime: Runtime,
): Promise<ImportPlan> {
  const wrong = new Complaints()
  const lines: string[] = []
  const steps: (() => Promise<void>)[] = []
  const services: JudgedService[] = []
  for (const members of exported.services) {
    const judged = await wrong.of(judgeService(members, deployed, runtime, lines, steps))
    if (judged !== undefined) services.push(judged)
  }
  const clients: StoredClient[] = []
  for (const members of exported.clients) {
    const service = await wrong.of(serviceOf(members, exported, services, deployed, runtime))
    const client = service && (await wrong.of(judgeClient(members, service, runtime, lines)))
    if (service === undefined || client === undefined) continue
    clients.push(client)
    steps.push(() => writeClient(service.number, client, runtime))
  }
  if (!wrong.isEmpty) throw wrong.all()
  const write = async () => {
    for (const step of steps) await step()
  }
  return { lines, clients, write }
}

async function judgeService(
  { apiKey, apiSecret, number: authleteNumber, ...members }: JsonObject,
  deployed: DeployedService,
  runtime: Runtime,
  lines: string[],
  steps: (() => Promise<void>)[],
): Promise<JudgedService> {
  const { registry } = runtime.store
  const isDeployed = members['issuer'] === deployed.issuer
  const number = isDeployed ? deployed.number : parseNumber(String(apiKey))
  if (number === undefined) throw new Complaint(`service ${String(apiKey)}: this number cannot come`)
  const { right, left } = offered(members, OPEN_API.components.schemas.ServiceSettings.properties)
  const { problems, read } = await problemsOfService(right, runtime.now())
  const { refused, dropped } = sorted(problems)
  if (read === undefined || refused.length > 0) throw problemLines(`service ${String(apiKey)}`, refused)
  const service = { ...read, apiKey: number }
  const secret = typeof apiSecret === 'string' && SECRET.test(apiSecret) ? apiSecret : undefined
  const before = await registry.findCurrentService(number)
  if (before === undefined && (await registry.findForDeletion(number)) !== undefined) {
    throw new Complaint(`service ${number}: a service with this number was deleted here`)
  }
  const isNew = before === undefined
  if (!isNew && !isSameService(before, service, secret)) throw otherContent(`service ${number}`)
  lines.push(`service ${number}: ${isNew ? 'create' : 'exists, no change'}`)
  if (isDeployed && apiKey !== number) {
    lines.push(`  cannot come: apiKey ${String(apiKey)}; the number ${number} follows from the issuer`)
  }
  if (secret === undefined) lines.push('  cannot come: apiSecret; make a credential as the owner')
  lines.push(...leftLines([...left, ...dropped]))
  const rest = without(right, dropped)
  if (isNew) {
    steps.push(async () => {
      await openManagement(runtime).newService(number, rest, undefined, secret)
    })
  }
  return { number, authleteNumber, service }
}

/** At the Web API a secret of a service has no form. A short one of another server must not become a key of this one. */
const SECRET = /^[\w-]{32,}$/

async function serviceOf(
  { clientId, serviceNumber }: JsonObject,
  exported: Exported,
  services: readonly JudgedService[],
  { number }: DeployedService,
  { store }: Runtime,
): Promise<JudgedService | undefined> {
  const [only, ...others] = services
  const own = services.find(({ authleteNumber }) => authleteNumber === serviceNumber)
  if (own !== undefined) return own
  if (exported.services.length > 0) {
    const isOnly = exported.services.length === 1 && others.length === 0 && serviceNumber === undefined
    if (isOnly) return only
    // The complaint about its service is enough.
    if (exported.services.some((service) => service['number'] === serviceNumber)) return undefined
    throw new Complaint(
      `client ${String(clientId)}: the service with the number ${String(serviceNumber)} is missing`,
    )
  }
  const service = await store.registry.findCurrentService(number)
  if (service === undefined) {
    throw new Complaint('there is no service for the clients: take service/get/list too, or provision first')
  }
  return { number, authleteNumber: serviceNumber, service }
}

/** What was made at the time of the import, or changes by itself. */
const OF_THE_RECORD = [
  'number',
  'createdAt',
  'modifiedAt',
  'credentials',
  'keyUses',
  'keyDates',
  'privateKeyIds',
  'tokensNotBefore',
]

function isSameService(before: StoredService, after: StoredService, secret: string | undefined): boolean {
  const hasSecret = secret === undefined || before.credentials.some((one) => one.digest === digest(secret))
  return hasSecret && isSame(before, after, OF_THE_RECORD)
}
