import OPEN_API from '../../docs/openapi.json' with { type: 'json' }
import type { JsonObject } from '../../shared/json.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { StoredClient } from '../../shared/store/client.ts'
import { digest } from '../../shared/store/digest.ts'
import { parseNumber } from '../../shared/store/identity.ts'
import type { StoredService } from '../../shared/store/service.ts'
import { Complaint, Complaints } from '../command.ts'
import type { Exported } from './authlete-export.ts'
import { type ImportService, checkClient, writeClient } from './client-import.ts'
import { openManagement } from './management.ts'
import { type Operator, runOperation } from './operation.ts'
import { isSame, leftLines, offered, otherContent, problemLines, sorted, without } from './offered-members.ts'
import { problemsOfService } from './problems.ts'

/** The service of a deployment, whose number is derived from its issuer. */
export interface DeployedService {
  readonly number: number
  readonly issuer: string
}

/** The plan of an import. */
export interface ImportPlan {
  /** The lines about the objects that will be created, and each setting and ID that cannot be imported. They contain no secret and no value. */
  readonly lines: readonly string[]
  /** The clients that will be created. */
  readonly clients: readonly StoredClient[]
  /** Writes everything. @throws Complaint */
  readonly write: (operator: Operator) => Promise<void>
}

type Step = (operator: Operator) => Promise<void>

interface CheckedService extends ImportService {
  /** Authlete's number of the service, which is `serviceNumber` of its clients. */
  readonly authleteNumber: unknown
}

/**
 * Checks services and clients of Authlete with the rules of the management API, and compares them with existing ones.
 *
 * @throws Complaint with all problems. Nothing is written
 */
export async function planImport(
  exported: Exported,
  deployed: DeployedService,
  runtime: Runtime,
): Promise<ImportPlan> {
  const wrong = new Complaints()
  const lines: string[] = []
  const steps: Step[] = []
  const services: CheckedService[] = []
  for (const members of exported.services) {
    const judged = await wrong.of(checkService(members, deployed, runtime, lines, steps))
    if (judged === undefined) continue
    if (services.some(({ number }) => number === judged.number))
      wrong.add(`service ${judged.number}: two services of the file would have this number`)
    services.push(judged)
  }
  const clients: StoredClient[] = []
  const aliases: string[] = []
  for (const members of exported.clients) {
    const service = await wrong.of(serviceOf(members, exported, services, deployed, runtime))
    const client = service && (await wrong.of(checkClient(members, service, runtime, lines)))
    if (service === undefined || client === undefined) continue
    const { clientId, clientIdAlias } = client
    const isOfOther = aliases.includes(`${service.number} ${clientIdAlias ?? ''}`)
    if (isOfOther) wrong.add(`client ${clientId} of service ${service.number}: another client uses its alias`)
    if (clientIdAlias !== undefined) aliases.push(`${service.number} ${clientIdAlias}`)
    clients.push(client)
    steps.push((operator) =>
      runOperation(runtime, operator, (recording) => writeClient(service.number, client, recording)),
    )
  }
  if (!wrong.isEmpty) throw wrong.all()
  const write = async (operator: Operator) => {
    for (const step of steps) await step(operator)
  }
  return { lines, clients, write }
}

async function checkService(
  { apiKey, apiSecret, number: authleteNumber, ...members }: JsonObject,
  deployed: DeployedService,
  runtime: Runtime,
  lines: string[],
  steps: Step[],
): Promise<CheckedService> {
  const { registry } = runtime.store
  const isDeployed = members['issuer'] === deployed.issuer
  const number = isDeployed ? deployed.number : parseNumber(String(apiKey))
  if (number === undefined) throw new Complaint(`service ${String(apiKey)}: this number cannot be imported`)
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
    lines.push(
      `  cannot be imported: apiKey ${String(apiKey)}; the number ${number} is derived from the issuer`,
    )
  }
  if (secret === undefined) lines.push('  cannot be imported: apiSecret; create a credential as the owner')
  lines.push(...leftLines([...left, ...dropped]))
  const rest = without(right, dropped)
  if (isNew) {
    steps.push(async (operator) => {
      await openManagement(runtime, operator).newService(number, rest, undefined, secret)
    })
  }
  return { number, authleteNumber, service }
}

/** The form of imported secrets of a service. The Web API itself requires no form, but a short secret of another server must not become a
 * credential here. */
const SECRET = /^[\w-]{32,}$/

async function serviceOf(
  { clientId, serviceNumber }: JsonObject,
  exported: Exported,
  services: readonly CheckedService[],
  { number }: DeployedService,
  { store }: Runtime,
): Promise<CheckedService | undefined> {
  const [only, ...others] = services
  const own = services.find(({ authleteNumber }) => authleteNumber === serviceNumber)
  if (own !== undefined) return own
  if (exported.services.length > 0) {
    const isOnly = exported.services.length === 1 && others.length === 0 && serviceNumber === undefined
    if (isOnly) return only
    // The complaint about its service is sufficient.
    if (exported.services.some((service) => service['number'] === serviceNumber)) return undefined
    throw new Complaint(
      `client ${String(clientId)}: the service with the number ${String(serviceNumber)} is missing`,
    )
  }
  const service = await store.registry.findCurrentService(number)
  if (service === undefined) {
    throw new Complaint(
      'there is no service for the clients: also import service/get/list, or provision first',
    )
  }
  return { number, authleteNumber: serviceNumber, service }
}

/** Members that are set at the time of the import, or that change later. */
const RECORD_MEMBERS = [
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
  return hasSecret && isSame(before, after, RECORD_MEMBERS)
}
