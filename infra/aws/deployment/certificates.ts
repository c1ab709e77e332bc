import {
  type CertificateDetail,
  DescribeCertificateCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-acm'
import { type Aws, attempt } from './aws.ts'
import type { DeploymentSettings } from '../settings/settings.ts'

/**
 * What is wrong with the certificates of the domains. CloudFormation would find it minutes later, one after the other.
 *
 * @returns one line each
 * @throws Complaint when ACM does not answer
 */
export async function certificateComplaints(
  { mtlsDomain, plainDomain }: DeploymentSettings,
  aws: Aws,
): Promise<string[]> {
  const { ownershipCertificateArn: ownership } = mtlsDomain
  const lines: string[] = []
  for (const [setting, { name, certificateArn }] of Object.entries({ mtlsDomain, plainDomain })) {
    const what = `${setting}.certificateArn`
    const certificate = await find(certificateArn, aws)
    lines.push(...complaintsAbout(certificate, name).map((line) => `${what} ${line}`))
    const { Type: type } = certificate ?? {}
    if (setting === 'mtlsDomain' && ownership === undefined && (type === 'IMPORTED' || type === 'PRIVATE')) {
      lines.push(
        `${what} is ${type}: mutual TLS then needs a public certificate of ACM for ${name} as well, as mtlsDomain.ownershipCertificateArn`,
      )
    }
  }
  if (ownership === undefined) return lines
  const what = 'mtlsDomain.ownershipCertificateArn'
  const certificate = await find(ownership, aws)
  lines.push(...complaintsAbout(certificate, mtlsDomain.name).map((line) => `${what} ${line}`))
  if (certificate !== undefined && certificate.Type !== 'AMAZON_ISSUED')
    lines.push(`${what} is ${certificate.Type ?? 'unknown'}: it must be a public certificate of ACM`)
  return lines
}

async function find(CertificateArn: string, { acm }: Aws): Promise<CertificateDetail | undefined> {
  return attempt(`looking at the certificate ${CertificateArn}`, async () => {
    try {
      return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined
      throw error
    }
  })
}

function complaintsAbout(certificate: CertificateDetail | undefined, name: string): string[] {
  if (certificate === undefined) return ['is not in ACM: it was deleted, or belongs to another account']
  const { Status = 'unknown', DomainName = '', SubjectAlternativeNames = [] } = certificate
  const names = [...new Set([DomainName, ...SubjectAlternativeNames])]
  const hint = Status === 'PENDING_VALIDATION' ? ': make the DNS records that ACM shows' : ''
  return [
    ...(Status === 'ISSUED' ? [] : [`must be ISSUED and is ${Status}${hint}`]),
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
