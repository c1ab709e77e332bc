import { UpdateDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import { type Aws, attempt } from '../deployment/aws.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { fillTruststore, mutualTlsOf, truststoreBucket } from '../deployment/truststore.ts'
import type { TruststoreBundle } from '../deployment/truststore-files.ts'

/**
 * Replaces the trust store of a deployment without deploying again.
 *
 * @returns whether the domain was changed
 * @throws Complaint
 */
export async function renewTruststore(
  settings: DeploymentSettings,
  { pem }: TruststoreBundle,
  aws: Aws,
): Promise<boolean> {
  const { bucket, key, version } = await fillTruststore(aws.s3, await truststoreBucket(settings, aws), pem)
  const DomainName = settings.mtlsDomain.name
  if ((await mutualTlsOf(aws, DomainName))?.TruststoreVersion === version) return false
  const MutualTlsAuthentication = { TruststoreUri: `s3://${bucket}/${key}`, TruststoreVersion: version }
  await attempt(`changing the domain ${DomainName}`, () =>
    aws.gateway.send(new UpdateDomainNameCommand({ DomainName, MutualTlsAuthentication })),
  )
  return true
}
