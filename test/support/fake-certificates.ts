import { type Account, type Answer, Failure } from './fake-account.ts'

/** A certificate of ACM. */
export function certificate(arn: string, { certificates }: Account): Answer {
  const Certificate = certificates.get(arn)
  if (Certificate === undefined)
    throw new Failure(400, 'ResourceNotFoundException', `Could not find certificate ${arn}.`)
  return { body: JSON.stringify({ Certificate: { CertificateArn: arn, ...Certificate } }) }
}

/** STS: the identity that an access key belongs to. */
export function callerIdentity(accessKey: string, { identities }: Account): Answer {
  const arn = identities.get(accessKey)
  if (arn === undefined)
    throw new Failure(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
  const identity = `<Account>${arn.split(':')[4] ?? ''}</Account><Arn>${arn}</Arn>`
  return {
    body: `<GetCallerIdentityResponse><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
  }
}
