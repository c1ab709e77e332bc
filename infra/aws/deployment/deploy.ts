import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint, Complaints } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import type { Client } from '../../../shared/store/client.ts'
import { refuseIssuingClients } from '../../truststore/issuing-clients.ts'
import type { Aws } from './aws.ts'
import { actingAs, deployStack, type Osls, packageStack } from './osls.ts'
import { preflight } from './preflight.ts'
import type { Ready } from './readiness.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import type { TruststoreObject } from '../template/domains.ts'
import {
  findStack,
  mainStackName,
  putStack,
  settled,
  type StackState,
  truststoreStackName,
  type Wait,
} from './stack.ts'
import { obstacle } from './stack-advice.ts'
import { lastOperation, leftBehind } from './stack-events.ts'
import { registeredClients } from './tables.ts'
import { BUCKET_OUTPUT, fillTruststore, findTruststore, mutualTlsOf, truststoreBucket } from './truststore.ts'
import { inWords } from './truststore-change.ts'

const TRUSTSTORE_TEMPLATE = join(import.meta.dirname, '../template/truststore.json')

/**
 * The steps that `deploy` would take. Changes nothing.
 *
 * @returns lines to show before the question
 * @throws Complaint with everything that would let the deployment fail, or a certificate that can issue others and that a
 *   client has registered
 */
export async function planOf({ settings, truststore }: Ready, aws: Aws): Promise<string[]> {
  const { identity, truststoreStack, mainStack, warnings } = await preflight(settings, aws)
  await refuseIssuingClients(truststore.certificates, await clientsOf(mainStack, settings, aws))

  const bucket = truststoreStack?.outputs.get(BUCKET_OUTPUT)
  const isFilled =
    bucket !== undefined && (await findTruststore(aws.s3, bucket, truststore.pem)) !== undefined
  const { mtlsDomain, plainDomain, region, stage, service } = settings
  const action = (stack: object | undefined) => (stack === undefined ? 'create' : 'update')
  return [
    `certbound in ${region}, stage ${stage}: service ${serviceNumber(settings)}, issuer ${service.issuer}`,
    `  account ${identity.account}, as ${identity.arn}`,
    `  1. stack ${truststoreStackName(settings)}: ${action(truststoreStack)}; the bucket of the trust store`,
    `  2. trust store: ${isFilled ? 'has' : 'gets'} ${truststore.subjects.length} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${mainStackName(settings)}: ${action(mainStack)}; ${functionNames().length} functions, two tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...truststore.warnings,
    ...warnings,
  ]
}

/** The clients in the tables of a stack; none before the tables exist. */
async function clientsOf(
  stack: StackState | undefined,
  settings: DeploymentSettings,
  aws: Aws,
): Promise<readonly Client[]> {
  if (stack?.outputs.has('RegistryTableName') !== true) return []
  return registeredClients(settings, aws)
}

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
export async function deploy({ settings, truststore }: Ready, aws: Aws, machine: Machine): Promise<string[]> {
  const template = await readFile(TRUSTSTORE_TEMPLATE, 'utf8')
  await putStack(aws.cloudFormation, truststoreStackName(settings), template, machine.wait)
  const object = await fillTruststore(aws.s3, await truststoreBucket(settings, aws), truststore.pem)
  await packageStack(settings, object, machine.osls)
  await deployMainStack(settings, aws, machine)
  const name = mainStackName(settings)
  const outputs = (await findStack(aws.cloudFormation, name))?.outputs
  if (outputs === undefined) throw new Complaint(`the stack ${name} does not exist after it was deployed`)
  return [...(await truststoreWarnings(settings, object, aws)), ...nextSteps(settings, outputs)]
}

async function deployMainStack(
  settings: DeploymentSettings,
  aws: Aws,
  { osls, wait }: Machine,
): Promise<void> {
  const before = await findStack(aws.cloudFormation, mainStackName(settings))
  const afterFailure = before?.status === 'UPDATE_ROLLBACK_COMPLETE'
  const env = actingAs(await aws.credentials(), settings.stage, process.env)
  try {
    await deployStack({ afterFailure, env }, osls)
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    const wrong = new Complaints()
    wrong.add(error.message)
    wrong.add(...((await wrong.of(aftermath(settings, before, aws, wait))) ?? []))
    throw wrong.all()
  }
}

/**
 * What is to be done after a failure. osls ends at the first one, before CloudFormation has rolled everything back.
 *
 * @returns one line each
 */
async function aftermath(
  settings: DeploymentSettings,
  before: StackState | undefined,
  { cloudFormation }: Aws,
  wait: Wait,
): Promise<string[]> {
  const [name, { region }] = [mainStackName(settings), settings]
  const state = await settled(cloudFormation, name, wait)
  const advice = obstacle(name, state, region)
  const isBegun = state !== undefined && state.changedAt !== before?.changedAt
  const operation = isBegun ? await lastOperation(cloudFormation, name) : []
  return [...(advice === undefined ? [] : [advice]), ...leftBehind(operation, region)]
}

async function truststoreWarnings(
  { mtlsDomain }: DeploymentSettings,
  { version }: TruststoreObject,
  aws: Aws,
): Promise<string[]> {
  const store = await mutualTlsOf(aws, mtlsDomain.name)
  if (store?.TruststoreVersion !== version) {
    throw new Complaint(
      `${mtlsDomain.name} does not read the newest version of the trust store: deploy again`,
    )
  }
  return (store.TruststoreWarnings ?? []).map(inWords)
}

function nextSteps(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  outputs: ReadonlyMap<string, string>,
): string[] {
  const record = (name: string, id: string) => {
    const [target, zone] = [outputs.get(`${id}Target`) ?? '?', outputs.get(`${id}HostedZone`) ?? '?']
    return `  ${name} CNAME ${target} (Route 53: aliases A and AAAA in zone ${zone})`
  }
  return [
    'Deployed. Make these DNS records:',
    record(mtlsDomain.name, 'MtlsDomain'),
    record(plainDomain.name, 'PlainDomain'),
    'Then, once: npm run provision',
  ]
}
