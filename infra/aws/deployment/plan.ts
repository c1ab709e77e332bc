import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import type { Aws } from './aws.ts'
import { serviceNumber } from './parameters.ts'
import type { Ready } from './readiness.ts'
import { findStack, mainStackName, obstacle, type StackState, truststoreStackName } from './stack.ts'
import { BUCKET_OUTPUT, findTruststore } from './truststore.ts'

/**
 * What a deployment would do. Changes nothing.
 *
 * @returns lines to show before the question
 * @throws Complaint when a stack cannot be changed now
 */
export async function planOf(
  { settings, truststore }: Ready,
  { cloudFormation, s3 }: Aws,
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
    `certbound in ${region}, stage ${stage}: service ${serviceNumber(settings)}, issuer ${service.issuer}`,
    `  1. stack ${store}: ${actionOn(storeStack)}; the bucket of the trust store`,
    `  2. trust store: ${isFilled ? 'has' : 'gets'} ${truststore.subjects.length} certificates`,
    ...truststore.subjects.map((subject) => `       ${subject}`),
    `  3. stack ${main}: ${actionOn(mainStack)}; ${functionNames().length} functions, two tables, one API`,
    `       ${mtlsDomain.name} (mutual TLS) and ${plainDomain.name}`,
    ...truststore.warnings,
  ]
}

const actionOn = (state: StackState | undefined): string => (state === undefined ? 'create' : 'update')
