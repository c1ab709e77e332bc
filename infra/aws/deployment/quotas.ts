import { GetAccountCommand, type ThrottleSettings } from '@aws-sdk/client-api-gateway'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { Complaint } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { plainRate } from '../template/stages.ts'
import type { Aws } from './aws.ts'

/** An account whose functions can run fewer times at once has not got the usual quota yet. */
const FEW_AT_ONCE = 100
/** The most requests a second of one environment of a function (quotas of Lambda). */
const REQUESTS_A_SECOND = 10

interface Quotas {
  /** For the plan. */
  readonly rate: string
  readonly warnings: readonly string[]
}

/** Compares the settings with what the account can do. A quota that cannot be read is a warning. */
export async function readQuotas(settings: DeploymentSettings, aws: Aws): Promise<Quotas> {
  const account = await readable(() => aws.restGateway.send(new GetAccountCommand({})))
  const executions = await readable(() => aws.lambda.send(new GetAccountSettingsCommand({})))
  const own = plainRate(settings)
  const rate = account.answer?.throttleSettings?.rateLimit
  return {
    rate: `routes of ${settings.plainDomain.name} take ${own} requests a second together; the account takes ${rate ?? 'an unknown number'} for all of its APIs`,
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
  `callers without a certificate can use up more than half of the account's requests a second (${own}), and so shut out clients on the mutual-TLS domain: lower throttle, raise the quota, or put AWS WAF before the plain domain (docs/operations.md#quotas)`

/** A limit of a route that is over the account's has no effect (http-api-throttling.html). */
function limitWarnings(
  { throttle }: DeploymentSettings,
  { rateLimit = Infinity, burstLimit = Infinity }: ThrottleSettings = {},
): string[] {
  return Object.entries(throttle).flatMap(([kind, { rate, burst }]) => [
    ...(rate > rateLimit ? [`throttle.${kind}.rate is ${rate}, over the account's ${rateLimit}`] : []),
    ...(burst > burstLimit ? [`throttle.${kind}.burst is ${burst}, over the account's ${burstLimit}`] : []),
  ])
}

function concurrencyWarnings(count = FEW_AT_ONCE): string[] {
  if (count >= FEW_AT_ONCE) return []
  return [
    `the functions of this account can run ${count} times at once: about ${count * REQUESTS_A_SECOND} requests a second for all of them. Ask for more in Service Quotas (Lambda, Concurrent executions)`,
  ]
}
