import { GetAccountCommand, type ThrottleSettings } from '@aws-sdk/client-api-gateway'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { Complaint } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { plainRate } from '../template/stages.ts'
import type { Template } from '../template/releases.ts'
import type { Aws } from './aws.ts'

/** The concurrency of an account below which AWS has not raised its quota to the usual one yet. */
const LOW_CONCURRENCY = 100
/** The limit of requests per second of one execution environment (quotas of Lambda). */
const REQUESTS_PER_SECOND = 10

interface Quotas {
  /** The line of the plan. */
  readonly rate: string
  readonly warnings: readonly string[]
}

/**
 * Compares the settings with the quotas of the account. A quota that cannot be read becomes a warning.
 *
 * @param reserved the executions that the deployment reserves already
 * @throws Complaint if the account cannot reserve the executions of the settings
 */
export async function readQuotas(settings: DeploymentSettings, reserved: number, aws: Aws): Promise<Quotas> {
  const account = await readable(() => aws.restGateway.send(new GetAccountCommand({})))
  const executions = await readable(() => aws.lambda.send(new GetAccountSettingsCommand({})))
  requireConcurrency(settings, reserved, executions.answer?.AccountLimit?.UnreservedConcurrentExecutions)
  const own = plainRate(settings)
  const rate = account.answer?.throttleSettings?.rateLimit
  return {
    rate: `the routes of ${settings.plainDomain.name} accept ${own} requests per second in total; the account accepts ${rate ?? 'an unknown number'} for all its APIs`,
    warnings: [
      ...account.warnings,
      ...(rate !== undefined && own > rate / 2 ? [floodWarning(own)] : []),
      ...limitWarnings(settings, account.answer?.throttleSettings),
      ...executions.warnings,
      ...concurrencyWarnings(executions.answer?.AccountLimit?.UnreservedConcurrentExecutions),
    ],
  }
}

interface Read<Answer> {
  readonly answer?: Answer
  readonly warnings: readonly string[]
}

async function readable<Answer>(ask: () => Promise<Answer>): Promise<Read<Answer>> {
  try {
    return { answer: await ask(), warnings: [] }
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    return { warnings: [error.message] }
  }
}

const floodWarning = (own: number): string =>
  `callers without a certificate can use more than half of the account's requests per second (${own}) and so lock out clients on the mutual-TLS domain: lower throttle, raise the quota, or put AWS WAF in front of the plain domain (docs/operations.md#quotas)`

/** A limit of a route above the account's limit has no effect (http-api-throttling.html). */
function limitWarnings(
  { throttle }: DeploymentSettings,
  { rateLimit = Infinity, burstLimit = Infinity }: ThrottleSettings = {},
): string[] {
  return Object.entries(throttle).flatMap(([kind, { rate, burst }]) => [
    ...(rate > rateLimit ? [`throttle.${kind}.rate is ${rate}, above the account's ${rateLimit}`] : []),
    ...(burst > burstLimit ? [`throttle.${kind}.burst is ${burst}, above the account's ${burstLimit}`] : []),
  ])
}

/** Lambda keeps these for functions without a reservation (lambda-concurrency.html). */
const UNRESERVED = 100

function requireConcurrency(
  { concurrency }: DeploymentSettings,
  reserved: number,
  unreserved = Infinity,
): void {
  const wanted = Object.values(concurrency).reduce((sum, count) => sum + count, 0)
  const available = Math.max(0, unreserved + reserved - UNRESERVED)
  if (wanted <= Math.max(available, reserved)) return
  throw new Complaint(
    `concurrency reserves ${wanted} executions, and the account can reserve ${available}, because ${UNRESERVED} must stay unreserved: reserve fewer, or request more in Service Quotas (Lambda, Concurrent executions)`,
  )
}

/** The number of concurrent executions that the functions of a template reserve. */
export function reservedIn({ Resources }: Template): number {
  const counts = Object.values(Resources).map(({ Properties }) =>
    Number(Properties?.['ReservedConcurrentExecutions'] ?? 0),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function concurrencyWarnings(count = LOW_CONCURRENCY): string[] {
  if (count >= LOW_CONCURRENCY) return []
  return [
    `the account allows ${count} concurrent executions of its functions, which is about ${count * REQUESTS_PER_SECOND} requests per second in total. Request more in Service Quotas (Lambda, Concurrent executions)`,
  ]
}
