import { GetDomainNameCommand, UpdateDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import type { Clients } from '../deployment/clients.ts'
import { attempt, Complaint } from '../deployment/complaint.ts'
import { BUCKET_OUTPUT, truststoreStackName } from '../deployment/plan.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { findStack } from '../deployment/stack.ts'
import { fillTruststore } from '../deployment/truststore.ts'
import type { TruststoreBundle } from '../deployment/truststore-files.ts'

/**
 * The certificates of the settings into the trust store of a deployment that is there, without deploying it anew.
 *
 * @returns whether the domain was changed
 * @throws Complaint
 */
export async function renewTruststore(
  settings: DeploymentSettings,
  { pem }: TruststoreBundle,
  { cloudFormation, s3, gateway }: Clients,
): Promise<boolean> {
  const name = truststoreStackName(settings)
  const bucket = (await findStack(cloudFormation, name))?.outputs.get(BUCKET_OUTPUT)
  if (bucket === undefined) throw new Complaint(`the stack ${name} is not there: npm run deploy comes first`)
  const { key, version } = await fillTruststore(s3, bucket, pem)
  const DomainName = settings.mtlsDomain.name
  const { MutualTlsAuthentication: store } = await attempt(`looking at the domain ${DomainName}`, () =>
    gateway.send(new GetDomainNameCommand({ DomainName })),
  )
  if (store?.TruststoreVersion === version) return false
  const MutualTlsAuthentication = { TruststoreUri: `s3://${bucket}/${key}`, TruststoreVersion: version }
  await attempt(`changing the domain ${DomainName}`, () =>
    gateway.send(new UpdateDomainNameCommand({ DomainName, MutualTlsAuthentication })),
  )
  return true
}
