import type { DeploymentSettings } from '../settings/settings.ts'
import { attribute, type DomainName, type MtlsDomainName, ref } from './cloudformation.ts'

/** The object that the mutual-TLS domain reads. */
export const TRUSTSTORE_KEY = 'truststore.pem'

/**
 * One API on two domains (docs/architecture.md, section 1). Both have all routes, but certificates count only on the first. Each has its
 * own stage, because all callers of a stage share its limits.
 */
export function domains({ mtlsDomain, plainDomain }: Pick<DeploymentSettings, 'mtlsDomain' | 'plainDomain'>) {
  const { ownershipCertificateArn: OwnershipVerificationCertificateArn } = mtlsDomain
  const plain = domain(plainDomain, 'PlainDomain')
  const mtls = domain(mtlsDomain, 'MtlsDomain', OwnershipVerificationCertificateArn)
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
    ...inZone(mtlsDomain, 'MtlsDomain'),
    ...inZone(plainDomain, 'PlainDomain'),
  }
}

type Id = 'MtlsDomain' | 'PlainDomain'
type Served = DeploymentSettings['plainDomain']

function domain(
  { name, certificateArn }: Served,
  id: Id,
  OwnershipVerificationCertificateArn?: string,
): DomainName {
  const CertificateArn = certificateArn ?? ref(`${id}Certificate`)
  const configuration = {
    ...{ CertificateArn, OwnershipVerificationCertificateArn },
    ...({ EndpointType: 'REGIONAL', IpAddressType: 'dualstack', SecurityPolicy: 'TLS_1_2' } as const),
  }
  return {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: { DomainName: name, DomainNameConfigurations: [configuration] },
  }
}

/**
 * The records of a domain in its hosted zone: those that lead clients to it, and those with which ACM validates its certificate
 * (AWS::CertificateManager::Certificate).
 */
function inZone({ name, certificateArn, hostedZoneId: HostedZoneId }: Served, id: Id) {
  if (HostedZoneId === undefined) return {}
  const DomainValidationOptions = [{ DomainName: name, HostedZoneId }]
  const certificate = {
    Type: 'AWS::CertificateManager::Certificate',
    Properties: { DomainName: name, ValidationMethod: 'DNS', DomainValidationOptions },
  }
  const AliasTarget = {
    DNSName: attribute(id, 'RegionalDomainName'),
    HostedZoneId: attribute(id, 'RegionalHostedZoneId'),
  }
  const record = (Type: 'A' | 'AAAA') => {
    return { Type: 'AWS::Route53::RecordSet', Properties: { HostedZoneId, Name: name, Type, AliasTarget } }
  }
  return {
    ...(certificateArn === undefined && { [`${id}Certificate`]: certificate }),
    ...{ [`${id}Ipv4Record`]: record('A'), [`${id}Ipv6Record`]: record('AAAA') },
  }
}

function mapping(domain: Id, stage: 'HttpApiStage' | 'PlainStage') {
  const Properties = { ApiId: ref('HttpApi'), DomainName: ref(domain), Stage: ref(stage) }
  return { Type: 'AWS::ApiGatewayV2::ApiMapping', Properties }
}
