import type { DeploymentSettings } from '../settings/settings.ts'
import { type DomainName, type MtlsDomainName, ref } from './cloudformation.ts'

/** The object that the mutual-TLS domain reads. */
export const TRUSTSTORE_KEY = 'truststore.pem'

/**
 * One API on two domains (docs/architecture.md, section 1). Both have all routes, but certificates count only on the first. Each has its
 * own stage, because all callers of a stage share its limits.
 */
export function domains({ mtlsDomain, plainDomain }: Pick<DeploymentSettings, 'mtlsDomain' | 'plainDomain'>) {
  const { ownershipCertificateArn: OwnershipVerificationCertificateArn } = mtlsDomain
  const plain = domain(plainDomain)
  const mtls = domain(mtlsDomain, OwnershipVerificationCertificateArn)
  const MutualTlsAuthentication = {
    TruststoreUri: { 'Fn::Sub': `s3://\${Bucket}/${TRUSTSTORE_KEY}` },
    TruststoreVersion: ref('TruststoreVersion'),
  } as const
  const MtlsDomain: MtlsDomainName = { ...mtls, Properties: { ...mtls.Properties, MutualTlsAuthentication } }
  return {
    MtlsDomain,
    // An account may create one domain every 30 seconds (limits.html of API Gateway's developer guide).
    PlainDomain: { ...plain, DependsOn: 'MtlsDomain' },
    MtlsMapping: mapping('MtlsDomain', 'HttpApiStage'),
    PlainMapping: mapping('PlainDomain', 'PlainStage'),
  }
}

function domain(
  { name, certificateArn: CertificateArn }: DeploymentSettings['plainDomain'],
  OwnershipVerificationCertificateArn?: string,
): DomainName {
  const configuration = {
    ...{ CertificateArn, OwnershipVerificationCertificateArn },
    ...({ EndpointType: 'REGIONAL', IpAddressType: 'dualstack', SecurityPolicy: 'TLS_1_2' } as const),
  }
  return {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: { DomainName: name, DomainNameConfigurations: [configuration] },
  }
}

function mapping(domain: 'MtlsDomain' | 'PlainDomain', stage: 'HttpApiStage' | 'PlainStage') {
  const Properties = { ApiId: ref('HttpApi'), DomainName: ref(domain), Stage: ref(stage) }
  return { Type: 'AWS::ApiGatewayV2::ApiMapping', Properties }
}
