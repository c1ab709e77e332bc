import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { Complaints } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type Aws, isAnswer } from './aws.ts'
import { certificateComplaints } from './certificates.ts'
import type { NamedStack, Stacks } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'

/** An account whose functions can run fewer times at once has not got the usual quota yet. */
const FEW_AT_ONCE = 100
/** The most requests a second of one environment of a function (quotas of Lambda). */
const REQUESTS_A_SECOND = 10

/**
 * Looks at everything that would let a deployment fail.
 *
 * @returns warnings
 * @throws Complaint with all that is wrong, one line each
 */
export async function readAccount(
  settings: DeploymentSettings,
  { truststore, main }: Stacks,
  aws: Aws,
): Promise<readonly string[]> {
  const wrong = new Complaints()
  const looks = [
    () => obstacles([truststore, main], settings, aws),
    () => certificateComplaints(settings, aws),
    () => takenDomains(settings, main, aws),
  ]
  for (const look of looks) wrong.add(...((await wrong.of(look())) ?? []))
  const warnings = await wrong.of(concurrencyWarnings(aws))
  if (!wrong.isEmpty) throw wrong.all()
  return warnings ?? []
}

/** Why stacks cannot be changed now, and what their failed creations have left behind. */
async function obstacles(
  stacks: readonly NamedStack[],
  { region }: DeploymentSettings,
  aws: Aws,
): Promise<string[]> {
  const lines: string[] = []
  for (const stack of stacks) {
    const problem = obstacle(stack, region)
    if (problem === undefined) continue
    const isUnmade = stack.state?.status.startsWith('ROLLBACK_') === true
    lines.push(problem, ...leftBehind(isUnmade ? await lastOperation(stack.name, aws) : [], region))
  }
  return lines
}

/** The name of a domain exists once in a Region, for all accounts. */
async function takenDomains(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  { state }: NamedStack,
  aws: Aws,
): Promise<string[]> {
  const own = ['MtlsDomainName', 'PlainDomainName'].map((output) => state?.outputs.get(output))
  const lines: string[] = []
  for (const [setting, { name }] of Object.entries({ mtlsDomain, plainDomain })) {
    if (!own.includes(name) && (await isDomain(name, aws)))
      lines.push(`${setting}.name ${name} is in API Gateway already, and not of this deployment`)
  }
  return lines
}

async function isDomain(DomainName: string, { gateway }: Aws): Promise<boolean> {
  try {
    await gateway.send(new GetDomainNameCommand({ DomainName }))
    return true
  } catch (error) {
    if (isAnswer(error, 'NotFoundException')) return false
    throw error
  }
}

async function concurrencyWarnings({ lambda }: Aws): Promise<string[]> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
  const count = AccountLimit?.UnreservedConcurrentExecutions ?? FEW_AT_ONCE
  if (count >= FEW_AT_ONCE) return []
  return [
    `the functions of this account can run ${count} times at once: about ${count * REQUESTS_A_SECOND} requests a second for all of them. Ask for more in Service Quotas (Lambda, Concurrent executions)`,
  ]
}
