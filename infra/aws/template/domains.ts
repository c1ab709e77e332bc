import type { DeploymentSettings } from '../settings/settings.ts'
import { type ApiMapping, type DomainName, type MtlsDomainName, ref } from './cloudformation.ts'

/** The object that the mutual-TLS domain reads, at exactly this version. */
export interface TruststoreObject {
  readonly bucket: string
  readonly key: string
  readonly version: string
}

/**
 * One API on two domains (architecture, section 1). Both have all routes; a certificate counts only on the first. Each has a stage of
 * its own, because the limits of a stage are shared by all who call it.
 */
export function domains(
  { mtlsDomain, plainDomain }: Pick<DeploymentSettings, 'mtlsDomain' | 'plainDomain'>,
  { bucket, key, version }: TruststoreObject,
) {
  const { ownershipCertificateArn: OwnershipVerificationCertificateArn } = mtlsDomain
  const MtlsDomain: MtlsDomainName = {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: {
      DomainName: mtlsDomain.name,
      DomainNameConfigurations: [
        { ...CONFIGURATION, CertificateArn: mtlsDomain.certificateArn, OwnershipVerificationCertificateArn },
      ],
      MutualTlsAuthentication: { TruststoreUri: `s3://${bucket}/${key}`, TruststoreVersion: version },
    },
  }
  const PlainDomain: DomainName = {
    Type: 'AWS::ApiGatewayV2::DomainName',
    // An account may create one domain in 30 seconds (limits.html of API Gateway's developer guide).
    DependsOn: 'MtlsDomain',
    Properties: {
      DomainName: plainDomain.name,
      DomainNameConfigurations: [{ ...CONFIGURATION, CertificateArn: plainDomain.certificateArn }],
    },
  }
  return {
    MtlsDomain,
    PlainDomain,
    MtlsMapping: mapping('MtlsDomain', 'HttpApiStage'),
    PlainMapping: mapping('PlainDomain', 'PlainStage'),
  }
}

const CONFIGURATION = {
  EndpointType: 'REGIONAL',
  IpAddressType: 'dualstack',
  SecurityPolicy: 'TLS_1_2',
} as const

function mapping(domain: 'MtlsDomain' | 'PlainDomain', stage: 'HttpApiStage' | 'PlainStage'): ApiMapping {
  const Properties = { ApiId: ref('HttpApi'), DomainName: ref(domain), Stage: ref(stage) }
  return { Type: 'AWS::ApiGatewayV2::ApiMapping', Properties }
}
