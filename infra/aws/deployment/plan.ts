import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { refuseIssuingClients } from '../../truststore/issuing-clients.ts'
import { certificateArns, type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { requireDeployable } from './account.ts'
import type { Aws } from './aws.ts'
import { changeLines, type Changes, type StackChanges } from './changes.ts'
import { tablesChange } from './named-tables.ts'
import { deployedTemplate } from './put-stack.ts'
import { readQuotas, reservedIn } from './quotas.ts'
import type { Ready } from './readiness.ts'
import { findStacks, type NamedStack, type Stacks } from './stack.ts'
import { registeredClients } from './tables.ts'
import { findTruststore, type TruststoreObject } from './truststore.ts'
import { type TruststoreChange, truststoreChange } from './truststore-change.ts'

/** The plan of `deploy`, with the state that it depends on. */
export interface Plan extends Ready {
  readonly account: string
  /** The account of the identity that deploys. */
  readonly arn: string
  readonly stacks: Stacks
  /** The object that the mutual-TLS domain will read, if it is already in the bucket. */
  readonly object: TruststoreObject | undefined
  readonly trust: TruststoreChange
  /** The lines of the plan about tables. */
  readonly tables: readonly string[]
  readonly quotas: Awaited<ReturnType<typeof readQuotas>>
}

/**
 * Reads the state of the account that a deployment depends on. It changes nothing.
 *
 * @throws Complaint with each reason why the deployment would fail, or with each registered certificate of a client that can issue others
 */
export async function readPlan(ready: Ready, aws: Aws): Promise<Plan> {
  const { settings, truststore } = ready
  const { Account: account = '', Arn: arn = '' } = await aws.sts.send(new GetCallerIdentityCommand({}))
  requireOwnCertificates(settings, account, arn)
  const stacks = await findStacks(settings, aws)
  const { name, state } = stacks.main
  await requireDeployable(settings, stacks, aws)
  const tables = await tablesChange(settings, name, state?.outputs, aws)
  const reserved = state === undefined ? 0 : reservedIn(await deployedTemplate(stacks.main, aws))
  await refuseIssuingClients(truststore.certificates, await registeredClients(settings, stacks.main, aws))
  return {
    ...ready,
    ...{ account, arn, stacks, tables, quotas: await readQuotas(settings, reserved, aws) },
    object: await findTruststore(stacks.truststore, truststore.pem, aws),
    trust: await truststoreChange(state?.outputs.get('MtlsDomainName'), truststore.certificates, aws),
  }
}

/** The steps of a deployment and their changes of both stacks, to show before the question. */
export function planLines(
  { settings, truststore, account, arn, stacks, object, quotas }: Plan,
  changes: Changes,
): string[] {
  const { mtlsDomain, plainDomain, region, stage, service } = settings
  const action = ({ state }: NamedStack) => (state === undefined ? 'create' : 'update')
  return [
    `certbound in ${region}, stage ${stage}: service ${serviceNumber(settings)}, issuer ${service.issuer}`,
    `  account ${account}, as ${arn}`,
    `  1. stack ${stacks.truststore.name}: ${action(stacks.truststore)}; the bucket of the trust store and the archives`,
    ...changeLines(changes.truststore).map((line) => `       ${line}`),
    `  2. trust store: ${object === undefined ? 'gets' : 'has'} ${truststore.subjects.length} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${stacks.main.name}: ${action(stacks.main)}; ${functionNames().length} functions, three tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...changeLines(changes.main).map((line) => `       ${line}`),
    `       ${quotas.rate}`,
    ...truststore.warnings,
    ...quotas.warnings,
    ...changes.warnings,
  ]
}

/** The plan for a program. */
export function planOf(
  { settings, account, arn, stacks, trust, tables, truststore, quotas }: Plan,
  changes: Changes,
) {
  const stack = ({ name, state }: NamedStack, of: StackChanges) => {
    return { name, exists: state !== undefined, ...of }
  }
  return {
    ...{ region: settings.region, stage: settings.stage, account, arn },
    stacks: [stack(stacks.truststore, changes.truststore), stack(stacks.main, changes.main)],
    trustStore: trust.lines,
    tables,
    warnings: [...truststore.warnings, ...quotas.warnings, ...changes.warnings],
  }
}

/** Checks the account first, because in a wrong account other problems do not matter. @throws Complaint */
function requireOwnCertificates(settings: DeploymentSettings, account: string, arn: string): void {
  const foreign = Object.entries(certificateArns(settings)).flatMap(([setting, certificate]) => {
    const owner = certificate.split(':')[4] ?? ''
    if (owner === account) return []
    return [`${setting} belongs to the account ${owner}, but the credentials belong to ${account} (${arn})`]
  })
  if (foreign.length > 0) throw new Complaint(foreign.join('\n'))
}
