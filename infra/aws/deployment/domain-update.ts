import {
  type DomainNameConfiguration,
  GetDomainNameCommand,
  type MutualTlsAuthenticationInput,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2'
import { Complaint } from '../../command.ts'
import { type Aws, isAnswer } from './aws.ts'
import type { Wait } from './stack.ts'

/** The pause between changes: an account may change one domain every 30 seconds. */
const PAUSE_MILLISECONDS = 31_000
const TRIES = 3
const POLL_MILLISECONDS = 5000
/** The number of polls in ten minutes. */
const MAX_POLLS = 120

/** The trust store that a domain reads. @throws Complaint */
export async function mutualTlsOf({ gateway }: Aws, DomainName: string) {
  return (await gateway.send(new GetDomainNameCommand({ DomainName }))).MutualTlsAuthentication
}

/**
 * Sets the trust store of a domain, and waits until the domain uses it. The change contains the whole configuration, because API
 * Gateway requires it.
 *
 * @returns API Gateway's warnings about certificates that it cannot use
 * @throws Complaint
 */
export async function updateDomain(
  aws: Aws,
  DomainName: string,
  MutualTlsAuthentication: MutualTlsAuthenticationInput,
  wait: Wait,
): Promise<readonly string[]> {
  const { configuration } = await availableDomain(aws, DomainName, wait)
  const DomainNameConfigurations = [writable(configuration)]
  const change = { DomainName, DomainNameConfigurations, MutualTlsAuthentication }
  await send(aws, new UpdateDomainNameCommand(change), wait)
  return (await availableDomain(aws, DomainName, wait)).warnings
}

/** The members of a configuration that a change can contain. The others are read-only. */
function writable({
  CertificateArn,
  EndpointType,
  SecurityPolicy,
  IpAddressType,
  OwnershipVerificationCertificateArn,
}: DomainNameConfiguration): DomainNameConfiguration {
  return { CertificateArn, EndpointType, SecurityPolicy, IpAddressType, OwnershipVerificationCertificateArn }
}

async function send({ gateway }: Aws, command: UpdateDomainNameCommand, wait: Wait): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await gateway.send(command)
      return
    } catch (error) {
      if (!isAnswer(error, 'TooManyRequestsException') || tried === TRIES) throw error
    }
    await wait(PAUSE_MILLISECONDS)
  }
}

/** @throws Complaint if the domain cannot become available without a change, or takes too long */
async function availableDomain({ gateway }: Aws, DomainName: string, wait: Wait) {
  for (let polled = 0; polled < MAX_POLLS; polled++) {
    const domain = await gateway.send(new GetDomainNameCommand({ DomainName }))
    const { DomainNameConfigurations: [configuration] = [], MutualTlsAuthentication } = domain
    if (configuration === undefined) throw new Complaint(`the domain ${DomainName} has no configuration`)
    const { DomainNameStatus: status = '', DomainNameStatusMessage: reason = '' } = configuration
    if (status === 'AVAILABLE')
      return { configuration, warnings: MutualTlsAuthentication?.TruststoreWarnings ?? [] }
    if (status !== 'UPDATING')
      throw new Complaint(`the domain ${DomainName} cannot be changed: ${status} ${reason}`.trim())
    await wait(POLL_MILLISECONDS)
  }
  throw new Complaint(`the domain ${DomainName} is still being updated: try again later`)
}
