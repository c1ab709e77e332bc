import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import type { Clients } from './clients.ts'
import { attempt, Complaint } from './complaint.ts'
import { deployStack, packageStack } from './osls.ts'
import { type TruststoreObject, writeParameters } from './parameters.ts'
import { BUCKET_OUTPUT, mainStackName, truststoreStackName } from './plan.ts'
import type { Ready } from './readiness.ts'
import type { DeploymentSettings } from './settings.ts'
import { findStack, putStack } from './stack.ts'
import { fillTruststore } from './truststore.ts'

const TRUSTSTORE_TEMPLATE = join(import.meta.dirname, '../template/truststore.json')

/**
 * The trust store first: the domain cannot be made before the object is there at a version that has a name. What is there
 * already stays or is changed, so it can be repeated after whatever stopped it.
 *
 * @returns lines for who has to go on
 * @throws Complaint
 */
export async function deploy({ settings, truststore }: Ready, clients: Clients): Promise<string[]> {
  const bucket = await makeBucket(settings, clients)
  const object = await fillTruststore(clients.s3, bucket, truststore.pem)
  await writeParameters(settings, object)
  await packageStack()
  const name = mainStackName(settings)
  const before = await findStack(clients.cloudFormation, name)
  await deployStack({ afterFailure: before?.status === 'UPDATE_ROLLBACK_COMPLETE' })
  const outputs = (await findStack(clients.cloudFormation, name))?.outputs
  if (outputs === undefined) throw new Complaint(`the stack ${name} is not there after it was deployed`)
  return [...(await truststoreComplaints(settings, object, clients)), ...next(settings, outputs)]
}

async function makeBucket(settings: DeploymentSettings, { cloudFormation }: Clients): Promise<string> {
  const name = truststoreStackName(settings)
  const { outputs } = await putStack(cloudFormation, name, await readFile(TRUSTSTORE_TEMPLATE, 'utf8'))
  const bucket = outputs.get(BUCKET_OUTPUT)
  if (bucket === undefined) throw new Complaint(`the stack ${name} does not say which bucket it has made`)
  return bucket
}

/** The gateway takes a bundle with a certificate that it cannot read, and only warns of it; its clients get 403. */
async function truststoreComplaints(
  { mtlsDomain }: DeploymentSettings,
  { version }: TruststoreObject,
  { gateway }: Clients,
): Promise<string[]> {
  const { MutualTlsAuthentication: store } = await attempt(`looking at the domain ${mtlsDomain.name}`, () =>
    gateway.send(new GetDomainNameCommand({ DomainName: mtlsDomain.name })),
  )
  if (store?.TruststoreVersion !== version) {
    throw new Complaint(`${mtlsDomain.name} does not read the trust store that was just filled: deploy again`)
  }
  return (store.TruststoreWarnings ?? []).map((warning) => `API Gateway warns of the trust store: ${warning}`)
}

function next(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  outputs: ReadonlyMap<string, string>,
): string[] {
  const record = (name: string, id: string) =>
    `  ${name} CNAME ${outputs.get(`${id}Target`) ?? '?'} (Route 53: alias in zone ${outputs.get(`${id}HostedZone`) ?? '?'})`
  return [
    'Deployed. DNS has to lead to it:',
    record(mtlsDomain.name, 'MtlsDomain'),
    record(plainDomain.name, 'PlainDomain'),
    'Then, once: npm run provision',
  ]
}
