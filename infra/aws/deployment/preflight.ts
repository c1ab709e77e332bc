import { GetDomainNameCommand, NotFoundException } from '@aws-sdk/client-apigatewayv2'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { Complaint, Complaints } from '../../command.ts'
import { type Aws, attempt } from './aws.ts'
import { certificateComplaints } from './certificates.ts'
import { certificateArns, type DeploymentSettings } from '../settings/settings.ts'
import { findStack, mainStackName, type StackState, truststoreStackName } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'

/** An account whose functions can run fewer times at once has not got the usual quota yet. */
const FEW_AT_ONCE = 100
/** Each environment of a function takes that many requests a second at most (quotas of Lambda). */
const REQUESTS_A_SECOND = 10

/** Who deploys. */
interface Identity {
  readonly account: string
  readonly arn: string
}

/** The account as it is before a deployment. */
export interface Standing {
  readonly identity: Identity
  readonly truststoreStack: StackState | undefined
  readonly mainStack: StackState | undefined
  readonly warnings: readonly string[]
}

/**
 * Looks at everything in the account that would let a deployment fail. Changes nothing.
 *
 * @throws Complaint with all that is wrong, one line each
 */
export async function preflight(settings: DeploymentSettings, aws: Aws): Promise<Standing> {
  const identity = await identityOf(aws)
  const foreign = foreignCertificates(settings, identity)
  if (foreign.length > 0) throw new Complaint(foreign.join('\n'))
  const [ofTruststore, ofMain] = [truststoreStackName(settings), mainStackName(settings)]
  const truststoreStack = await findStack(aws.cloudFormation, ofTruststore)
  const mainStack = await findStack(aws.cloudFormation, ofMain)
  const wrong = new Complaints()
  const looks = [
    () => obstacles(ofTruststore, truststoreStack, settings, aws),
    () => obstacles(ofMain, mainStack, settings, aws),
    () => certificateComplaints(settings, aws),
    () => takenDomains(settings, mainStack, aws),
  ]
  for (const look of looks) wrong.add(...((await wrong.of(look())) ?? []))
  const warnings = await wrong.of(concurrencyWarnings(aws))
  if (!wrong.isEmpty) throw wrong.all()
  return { identity, truststoreStack, mainStack, warnings: warnings ?? [] }
}

async function identityOf({ sts }: Aws): Promise<Identity> {
  const { Account: account = '', Arn: arn = '' } = await attempt('looking whose credentials these are', () =>
    sts.send(new GetCallerIdentityCommand({})),
  )
  return { account, arn }
}

/** In the wrong account nothing else is worth a look. */
function foreignCertificates(settings: DeploymentSettings, { account, arn }: Identity): string[] {
  return Object.entries(certificateArns(settings)).flatMap(([setting, certificate]) => {
    const owner = certificate.split(':')[4] ?? ''
    if (owner === account) return []
    return [`${setting} is of the account ${owner}, and the credentials are of ${account} (${arn})`]
  })
}

/** Why a stack cannot be changed now, and what its failed creation has left behind. */
async function obstacles(
  name: string,
  state: StackState | undefined,
  { region }: DeploymentSettings,
  { cloudFormation }: Aws,
): Promise<string[]> {
  const problem = obstacle(name, state, region)
  if (problem === undefined) return []
  const rest = state?.status.startsWith('ROLLBACK_') === true ? await lastOperation(cloudFormation, name) : []
  return [problem, ...leftBehind(rest, region)]
}

/** The name of a domain exists once in a Region, for all accounts. */
async function takenDomains(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  mainStack: StackState | undefined,
  aws: Aws,
): Promise<string[]> {
  const own = ['MtlsDomainName', 'PlainDomainName'].map((output) => mainStack?.outputs.get(output))
  const lines: string[] = []
  for (const [setting, { name }] of Object.entries({ mtlsDomain, plainDomain })) {
    if (!own.includes(name) && (await isDomain(name, aws)))
      lines.push(`${setting}.name ${name} is in API Gateway already, and not of this deployment`)
  }
  return lines
}

async function isDomain(DomainName: string, { gateway }: Aws): Promise<boolean> {
  return attempt(`looking at the domain ${DomainName}`, async () => {
    try {
      await gateway.send(new GetDomainNameCommand({ DomainName }))
      return true
    } catch (error) {
      if (error instanceof NotFoundException) return false
      throw error
    }
  })
}

async function concurrencyWarnings({ lambda }: Aws): Promise<string[]> {
  const { AccountLimit } = await attempt('looking at the quotas of Lambda', () =>
    lambda.send(new GetAccountSettingsCommand({})),
  )
  const count = AccountLimit?.UnreservedConcurrentExecutions ?? FEW_AT_ONCE
  if (count >= FEW_AT_ONCE) return []
  return [
    `the functions of this account can run ${count} times at once: about ${count * REQUESTS_A_SECOND} requests a second for all of them. Ask for more in Service Quotas (Lambda, Concurrent executions)`,
  ]
}
