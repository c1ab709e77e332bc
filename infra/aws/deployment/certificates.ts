import { type CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { certificateArns, type DeploymentSettings } from '../settings/settings.ts'
import { type Aws, isAnswer } from './aws.ts'

/**
 * The problems of the certificates of the domains. CloudFormation would report them minutes later, one after the other.
 *
 * @returns a line for each problem
 * @throws Complaint if ACM does not answer
 */
export async function certificateComplaints(settings: DeploymentSettings, aws: Aws): Promise<string[]> {
  const lines: string[] = []
  for (const [setting, arn] of Object.entries(certificateArns(settings))) {
    const { name } = setting.startsWith('mtlsDomain') ? settings.mtlsDomain : settings.plainDomain
    const certificate = await find(arn, aws)
    const wrong = [...complaintsAbout(certificate, name), ...typeComplaints(certificate, setting, settings)]
    lines.push(...wrong.map((line) => `${setting} ${line}`))
  }
  return lines
}

async function find(CertificateArn: string, { acm }: Aws): Promise<CertificateDetail | undefined> {
  try {
    return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate
  } catch (error) {
    if (isAnswer(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

function typeComplaints(
  certificate: CertificateDetail | undefined,
  setting: string,
  { mtlsDomain: { name, ownershipCertificateArn } }: DeploymentSettings,
): string[] {
  if (certificate === undefined) return []
  const { Type: type = 'unknown' } = certificate
  if (setting === 'mtlsDomain.ownershipCertificateArn')
    return type === 'AMAZON_ISSUED' ? [] : [`is ${type}, but must be a public certificate of ACM`]
  const needsProof = setting === 'mtlsDomain.certificateArn' && ['IMPORTED', 'PRIVATE'].includes(type)
  if (!needsProof || ownershipCertificateArn !== undefined) return []
  return [
    `is ${type}, so mutual TLS also needs a public certificate of ACM for ${name}: set mtlsDomain.ownershipCertificateArn`,
  ]
}

function complaintsAbout(certificate: CertificateDetail | undefined, name: string): string[] {
  if (certificate === undefined) return ['is not in ACM: it was deleted or belongs to another account']
  const { Status = 'unknown', DomainName = '', SubjectAlternativeNames = [] } = certificate
  const names = [...new Set([DomainName, ...SubjectAlternativeNames])]
  const hint = Status === 'PENDING_VALIDATION' ? ': create the DNS records that ACM shows' : ''
  return [
    ...(Status === 'ISSUED' ? [] : [`is ${Status}, but must be ISSUED${hint}`]),
    ...(names.some((it) => covers(it, name))
      ? []
      : [`is for ${names.join(', ')} and does not cover ${name}`]),
  ]
}

/** A wildcard stands for one label (RFC 9525 section 6.3). */
function covers(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase()
  return wanted === name || (wanted.startsWith('*.') && wanted.slice(1) === name.slice(name.indexOf('.')))
}
