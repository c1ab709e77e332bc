import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { Complaint, Complaints } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { refuseIssuingClients } from '../../truststore/issuing-clients.ts'
import { certificateArns, type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import type { TruststoreObject } from '../template/domains.ts'
import { type Aws, isAnswer } from './aws.ts'
import { certificateComplaints } from './certificates.ts'
import { tablesChange } from './named-tables.ts'
import type { Ready } from './readiness.ts'
import { findStacks, type NamedStack, type Stacks } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'
import { registeredClients } from './tables.ts'
import { findTruststore } from './truststore.ts'
import { type TruststoreChange, truststoreChange } from './truststore-change.ts'

/** An account whose functions can run fewer times at once has not got the usual quota yet. */
const FEW_AT_ONCE = 100
/** The most requests a second of one environment of a function (quotas of Lambda). */
const REQUESTS_A_SECOND = 10

/** Everything that `deploy` is about to do, and what that follows from. */
export interface Plan extends Ready {
  readonly account: string
  /** Of the identity that deploys. */
  readonly arn: string
  readonly stacks: Stacks
  /** The object that the mutual-TLS domain will read, if the bucket has it. */
  readonly object: TruststoreObject | undefined
  readonly trust: TruststoreChange
  /** Lines to show before the question. */
  readonly tables: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Reads everything in the account that decides about a deployment, once. Changes nothing.
 *
 * @throws Complaint with everything that would let the deployment fail, or a certificate that can issue others and that a client has
 * registered
 */
export async function readPlan(ready: Ready, aws: Aws): Promise<Plan> {
  const { settings, truststore } = ready
  const { Account: account = '', Arn: arn = '' } = await aws.sts.send(new GetCallerIdentityCommand({}))
  requireOwnCertificates(settings, account, arn)
  const stacks = await findStacks(settings, aws)
  const warnings = await readAccount(settings, stacks, aws)
  const clients = await registeredClients(settings, stacks.main, aws)
  await refuseIssuingClients(truststore.certificates, clients)
  const domain = stacks.main.state?.outputs.get('MtlsDomainName')
  return {
    ...ready,
    ...{ account, arn, stacks, warnings },
    object: await findTruststore(stacks.truststore, truststore.pem, aws),
    trust: await truststoreChange(domain, truststore.certificates, aws),
    tables: await tablesChange(ready, stacks.main, aws),
  }
}

/** The steps of a deployment, to show before the question. */
export function planLines({ settings, truststore, account, arn, stacks, object, warnings }: Plan): string[] {
  const { mtlsDomain, plainDomain, region, stage, service } = settings
  const action = ({ state }: NamedStack) => (state === undefined ? 'create' : 'update')
  return [
    `certbound in ${region}, stage ${stage}: service ${serviceNumber(settings)}, issuer ${service.issuer}`,
    `  account ${account}, as ${arn}`,
    `  1. stack ${stacks.truststore.name}: ${action(stacks.truststore)}; the bucket of the trust store`,
    `  2. trust store: ${object === undefined ? 'gets' : 'has'} ${truststore.subjects.length} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${stacks.main.name}: ${action(stacks.main)}; ${functionNames().length} functions, two tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...truststore.warnings,
    ...warnings,
  ]
}

/** In the wrong account nothing else is worth a look. @throws Complaint */
function requireOwnCertificates(settings: DeploymentSettings, account: string, arn: string): void {
  const foreign = Object.entries(certificateArns(settings)).flatMap(([setting, certificate]) => {
    const owner = certificate.split(':')[4] ?? ''
    if (owner === account) return []
    return [`${setting} is of the account ${owner}, and the credentials are of ${account} (${arn})`]
  })
  if (foreign.length > 0) throw new Complaint(foreign.join('\n'))
}

/**
 * Looks at everything that would let a deployment fail.
 *
 * @returns warnings
 * @throws Complaint with all that is wrong, one line each
 */
async function readAccount(
  settings: DeploymentSettings,
  { truststore, main }: Stacks,
  aws: Aws,
): Promise<readonly string[]> {
  const wrong = new Complaints()
  const looks = [
    () => obstacles(truststore, settings, aws),
    () => obstacles(main, settings, aws),
    () => certificateComplaints(settings, aws),
    () => takenDomains(settings, main, aws),
  ]
  for (const look of looks) wrong.add(...((await wrong.of(look())) ?? []))
  const warnings = await wrong.of(concurrencyWarnings(aws))
  if (!wrong.isEmpty) throw wrong.all()
  return warnings ?? []
}

/** Why a stack cannot be changed now, and what its failed creation has left behind. */
async function obstacles(stack: NamedStack, { region }: DeploymentSettings, aws: Aws): Promise<string[]> {
  const problem = obstacle(stack, region)
  if (problem === undefined) return []
  const isMade = stack.state?.status.startsWith('ROLLBACK_') !== true
  return [problem, ...leftBehind(isMade ? [] : await lastOperation(stack.name, aws), region)]
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
