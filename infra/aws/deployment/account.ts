import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import { Complaints } from '../../command.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type Aws, isAnswer } from './aws.ts'
import { certificateComplaints } from './certificates.ts'
import type { NamedStack, Stacks } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'

/**
 * Checks the conditions under which a deployment would fail.
 *
 * @throws Complaint with a line for each problem
 */
export async function requireDeployable(
  settings: DeploymentSettings,
  { truststore, main }: Stacks,
  aws: Aws,
): Promise<void> {
  const wrong = new Complaints()
  const looks = [
    () => obstacles([truststore, main], settings, aws),
    () => certificateComplaints(settings, aws),
    () => takenDomains(settings, main, aws),
  ]
  for (const look of looks) wrong.add(...((await wrong.of(look())) ?? []))
  if (!wrong.isEmpty) throw wrong.all()
}

/** Why stacks cannot be changed now, and which resources their failed creations left behind. */
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

/** A domain name is unique in a Region, across all accounts. */
async function takenDomains(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  { state }: NamedStack,
  aws: Aws,
): Promise<string[]> {
  const own = ['MtlsDomainName', 'PlainDomainName'].map((output) => state?.outputs.get(output))
  const lines: string[] = []
  for (const [setting, { name }] of Object.entries({ mtlsDomain, plainDomain })) {
    if (!own.includes(name) && (await isDomain(name, aws)))
      lines.push(
        `${setting}.name ${name} already exists in API Gateway and does not belong to this deployment`,
      )
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
