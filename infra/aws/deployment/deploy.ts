import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint, Complaints } from '../../command.ts'
import type { TruststoreObject } from '../template/domains.ts'
import type { Aws } from './aws.ts'
import { mutualTlsOf } from './domain-update.ts'
import { actingAs, deployStack, type Osls, packageStack } from './osls.ts'
import type { Plan } from './plan.ts'
import { putStack, settledStack, type StackState, type Wait } from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'
import { putTruststore } from './truststore.ts'
import { inWords } from './truststore-change.ts'

const TRUSTSTORE_TEMPLATE = join(import.meta.dirname, '../template/truststore.json')

/** What a deployment needs outside of AWS's clients. Tests bring their own. */
export interface Machine {
  readonly osls: Osls
  readonly wait: Wait
}

/**
 * Fills the trust store first: the domain cannot be made before its object exists at a known version. Each step keeps or
 * updates existing parts, so a deployment can be repeated after any failure.
 *
 * @returns lines with the next steps
 * @throws Complaint
 */
export async function deploy(plan: Plan, aws: Aws, machine: Machine): Promise<string[]> {
  const { settings, truststore, stacks } = plan
  const template = await readFile(TRUSTSTORE_TEMPLATE, 'utf8')
  const state = await putStack(stacks.truststore, template, aws, machine.wait)
  const object = plan.object ?? (await putTruststore({ ...stacks.truststore, state }, truststore.pem, aws))
  await packageStack(settings, object, machine.osls)
  const { outputs } = await deployMainStack(plan, aws, machine)
  return [...(await truststoreWarnings(settings.mtlsDomain.name, object, aws)), ...nextSteps(outputs)]
}

/** @returns the stack afterwards */
async function deployMainStack(
  { settings, stacks: { main } }: Plan,
  aws: Aws,
  { osls, wait }: Machine,
): Promise<StackState> {
  const afterFailure = main.state?.status === 'UPDATE_ROLLBACK_COMPLETE'
  const env = actingAs(await aws.credentials(), process.env)
  const wrong = new Complaints()
  await wrong.of(deployStack({ afterFailure, env }, osls))
  // osls ends at the first failure, before CloudFormation has rolled everything back.
  const state = await wrong.of(settledStack(main.name, aws, wait))
  if (wrong.isEmpty && state !== undefined) return state
  if (wrong.isEmpty) wrong.add(`the stack ${main.name} does not exist after it was deployed`)
  const isBegun = state !== undefined && state.changedAt !== main.state?.changedAt
  const operation = isBegun ? await wrong.of(lastOperation(main.name, aws)) : undefined
  wrong.add(...[obstacle({ ...main, state }, settings.region) ?? []].flat())
  wrong.add(...leftBehind(operation ?? [], settings.region))
  throw wrong.all()
}

async function truststoreWarnings(
  domain: string,
  { version }: TruststoreObject,
  aws: Aws,
): Promise<string[]> {
  const store = await mutualTlsOf(aws, domain)
  if (store?.TruststoreVersion !== version)
    throw new Complaint(`${domain} does not read the newest version of the trust store: deploy again`)
  return (store.TruststoreWarnings ?? []).map(inWords)
}

function nextSteps(outputs: StackState['outputs']): string[] {
  const records = ['MtlsDomain', 'PlainDomain'].map((id) => {
    const [name, target, zone] = ['Name', 'Target', 'HostedZone'].map((part) => outputs.get(id + part) ?? '?')
    return `  ${name} CNAME ${target} (Route 53: aliases A and AAAA in zone ${zone})`
  })
  return ['Deployed. Make these DNS records:', ...records, 'Then, once: npm run provision']
}
