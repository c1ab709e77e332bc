import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import type { Client } from '../../../shared/store/client.ts'
import { allClients, refuseIssuingClients } from '../../truststore/issuing-clients.ts'
import { type Aws, attempt } from './aws.ts'
import { deployStack, packageStack } from './osls.ts'
import { serviceNumber, type TruststoreObject, writeParameters } from './parameters.ts'
import type { Ready } from './readiness.ts'
import type { DeploymentSettings } from './settings.ts'
import {
  findStack,
  mainStackName,
  obstacle,
  putStack,
  type StackState,
  truststoreStackName,
} from './stack.ts'
import { openDeployedTables } from './tables.ts'
import { BUCKET_OUTPUT, fillTruststore, findTruststore, mutualTlsOf, truststoreBucket } from './truststore.ts'

const TRUSTSTORE_TEMPLATE = join(import.meta.dirname, '../template/truststore.json')

/**
 * The steps that `deploy` would take. Changes nothing.
 *
 * @returns lines to show before the question
 * @throws Complaint when a stack cannot be changed now, or a client has registered a certificate that can issue others
 */
export async function planOf({ settings, truststore }: Ready, aws: Aws): Promise<string[]> {
  const [store, main] = [truststoreStackName(settings), mainStackName(settings)]
  const storeStack = await findStack(aws.cloudFormation, store)
  const mainStack = await findStack(aws.cloudFormation, main)
  const obstacles = [obstacle(store, storeStack), obstacle(main, mainStack)].filter((it) => it !== undefined)
  if (obstacles.length > 0) throw new Complaint(obstacles.join('\n'))
  await refuseIssuingClients(truststore.certificates, await clientsOf(mainStack, settings, aws))

  const bucket = storeStack?.outputs.get(BUCKET_OUTPUT)
  const isFilled =
    bucket !== undefined && (await findTruststore(aws.s3, bucket, truststore.pem)) !== undefined
  const { mtlsDomain, plainDomain, region, stage, service } = settings
  const action = (stack: object | undefined) => (stack === undefined ? 'create' : 'update')
  return [
    `certbound in ${region}, stage ${stage}: service ${serviceNumber(settings)}, issuer ${service.issuer}`,
    `  1. stack ${store}: ${action(storeStack)}; the bucket of the trust store`,
    `  2. trust store: ${isFilled ? 'has' : 'gets'} ${truststore.subjects.length} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${main}: ${action(mainStack)}; ${functionNames().length} functions, two tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...truststore.warnings,
  ]
}

/** The clients in the tables of a stack; none before the tables exist. */
async function clientsOf(
  stack: StackState | undefined,
  settings: DeploymentSettings,
  aws: Aws,
): Promise<readonly Client[]> {
  if (stack?.outputs.has('RegistryTableName') !== true) return []
  const { store } = await openDeployedTables(settings, aws)
  return attempt('the registered clients', () => allClients(store.registry)).finally(() => store.close())
}

/**
 * Fills the trust store first: the domain cannot be made before its object exists at a known version. Each step keeps or
 * updates existing parts, so a deployment can be repeated after any failure.
 *
 * @returns lines with the next steps
 * @throws Complaint
 */
export async function deploy({ settings, truststore }: Ready, aws: Aws): Promise<string[]> {
  const template = await readFile(TRUSTSTORE_TEMPLATE, 'utf8')
  await putStack(aws.cloudFormation, truststoreStackName(settings), template)
  const object = await fillTruststore(aws.s3, await truststoreBucket(settings, aws), truststore.pem)
  await writeParameters(settings, object)
  await packageStack()
  const name = mainStackName(settings)
  const before = await findStack(aws.cloudFormation, name)
  await deployStack({ afterFailure: before?.status === 'UPDATE_ROLLBACK_COMPLETE' })
  const outputs = (await findStack(aws.cloudFormation, name))?.outputs
  if (outputs === undefined) throw new Complaint(`the stack ${name} does not exist after it was deployed`)
  return [...(await truststoreWarnings(settings, object, aws)), ...nextSteps(settings, outputs)]
}

/** API Gateway accepts a bundle with a certificate that it cannot read, and only warns; clients of that CA get 403. */
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
  return (store.TruststoreWarnings ?? []).map((warning) => `API Gateway warns of the trust store: ${warning}`)
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
