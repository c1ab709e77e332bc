import { functionNames } from '../../package/build.ts'
import type { Clients } from './clients.ts'
import { Complaint } from './complaint.ts'
import { serviceNumber } from './parameters.ts'
import type { Ready } from './readiness.ts'
import type { DeploymentSettings } from './settings.ts'
import { findStack, obstacle, type StackState } from './stack.ts'
import { findTruststore } from './truststore.ts'

export const BUCKET_OUTPUT = 'TruststoreBucketName'

export const mainStackName = ({ stage }: DeploymentSettings): string => `certbound-${stage}`
/** Does not begin as the other does: no stage can make them the same. */
export const truststoreStackName = ({ stage }: DeploymentSettings): string => `truststore-certbound-${stage}`

/**
 * What a deployment would do, from what is there. Changes nothing.
 *
 * @returns lines for who is asked
 * @throws Complaint where a stack cannot be changed now
 */
export async function planOf(
  { settings, truststore }: Ready,
  { cloudFormation, s3 }: Clients,
): Promise<string[]> {
  const [store, main] = [truststoreStackName(settings), mainStackName(settings)]
  const storeStack = await findStack(cloudFormation, store)
  const mainStack = await findStack(cloudFormation, main)
  const obstacles = [obstacle(store, storeStack), obstacle(main, mainStack)].filter(
    (text) => text !== undefined,
  )
  if (obstacles.length > 0) throw new Complaint(obstacles.join('\n'))

  const bucket = storeStack?.outputs.get(BUCKET_OUTPUT)
  const isFilled = bucket !== undefined && (await findTruststore(s3, bucket, truststore.pem)) !== undefined
  const { mtlsDomain, plainDomain, region, stage, service } = settings
  return [
    `certbound in ${region}, stage ${stage}: service ${String(serviceNumber(settings))}, issuer ${service.issuer}`,
    `  1. stack ${store}: ${does(storeStack)}; the bucket of the trust store`,
    `  2. trust store: ${isFilled ? 'has' : 'gets'} ${String(truststore.subjects.length)} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${main}: ${does(mainStack)}; ${String(functionNames().length)} functions, two tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...truststore.warnings,
  ]
}

function does(state: StackState | undefined): string {
  return state === undefined ? 'is made' : 'is brought up to date'
}
