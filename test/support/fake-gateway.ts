import { type Account, type Answer, Failure } from './fake-account.ts'

export interface DomainUpdate {
  readonly domainNameConfigurations?: readonly Readonly<Record<string, string>>[]
  readonly mutualTlsAuthentication?: { readonly truststoreUri?: string; readonly truststoreVersion?: string }
}

const CONFIGURATION = {
  certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
  endpointType: 'REGIONAL',
  securityPolicy: 'TLS_1_2',
  ipAddressType: 'ipv4',
}
/** Members that can be sent. The answer has others, too. */
const WRITABLE = [...Object.keys(CONFIGURATION), 'ownershipVerificationCertificateArn']
const PAUSE_MILLISECONDS = 30_000

/** A domain, after a change if there is one. API Gateway takes one change of a domain in 30 seconds. */
export function domainName(
  name: string,
  update: DomainUpdate | undefined,
  { domains, gateway }: Account,
): Answer {
  const domain = domains.get(name)
  if (domain === undefined)
    throw new Failure(404, 'NotFoundException', 'Invalid domain name identifier specified')
  if (update !== undefined) {
    if (gateway.now - gateway.changedAt < PAUSE_MILLISECONDS)
      throw new Failure(429, 'TooManyRequestsException', 'Too Many Requests')
    domain.configuration = configurationOf(update)
    domain.truststoreUri = update.mutualTlsAuthentication?.truststoreUri ?? domain.truststoreUri
    domain.truststoreVersion = update.mutualTlsAuthentication?.truststoreVersion ?? domain.truststoreVersion
    gateway.changedAt = gateway.now
  }
  const { truststoreUri, truststoreVersion, warnings: truststoreWarnings } = domain
  const isUpdating = gateway.now - gateway.changedAt < (domain.updatingMilliseconds ?? 0)
  const configuration = {
    domainNameStatus: isUpdating ? 'UPDATING' : 'AVAILABLE',
    apiGatewayDomainName: 'd-1.execute-api.eu-central-1.amazonaws.com',
    hostedZoneId: 'Z1',
    ...CONFIGURATION,
    ...domain.configuration,
  }
  const mutualTlsAuthentication = truststoreVersion && {
    truststoreUri,
    truststoreVersion,
    truststoreWarnings,
  }
  return {
    body: JSON.stringify({
      domainName: name,
      domainNameConfigurations: [configuration],
      mutualTlsAuthentication,
    }),
  }
}

/** @throws Failure for a change without the whole configuration, as on AWS */
function configurationOf({ domainNameConfigurations: [given, ...more] = [] }: DomainUpdate) {
  const isWhole =
    given !== undefined && Object.keys(CONFIGURATION).every((member) => given[member] !== undefined)
  if (!isWhole || more.length > 0)
    throw new Failure(400, 'BadRequestException', 'Invalid input. Expected one domain name configuration')
  const unknown = Object.keys(given).find((member) => !WRITABLE.includes(member))
  if (unknown !== undefined) throw new Failure(400, 'BadRequestException', `Invalid input: ${unknown}`)
  return given
}
