import { hash } from 'node:crypto'
import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2'
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Complaint } from '../../command.ts'
import { type Aws, attempt } from './aws.ts'
import { updateDomain } from './domain-update.ts'
import type { TruststoreObject } from '../template/domains.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { findStack, truststoreStackName, type Wait } from './stack.ts'

/** Of the stack of the trust store. */
export const BUCKET_OUTPUT = 'TruststoreBucketName'
export const TRUSTSTORE_KEY = 'truststore.pem'

/** The bucket of a deployment that exists. @throws Complaint */
export async function truststoreBucket(
  settings: DeploymentSettings,
  { cloudFormation }: Aws,
): Promise<string> {
  const name = truststoreStackName(settings)
  const bucket = (await findStack(cloudFormation, name))?.outputs.get(BUCKET_OUTPUT)
  if (bucket === undefined) throw new Complaint(`the stack ${name} does not exist: run npm run deploy first`)
  return bucket
}

/** @returns the object, if the bucket holds exactly this bundle @throws Complaint */
export async function findTruststore(
  s3: S3Client,
  bucket: string,
  bundle: string,
): Promise<TruststoreObject | undefined> {
  const stored = await attempt(`looking into the bucket ${bucket}`, () => head(s3, bucket))
  const isSame = stored?.Metadata?.['sha256'] === contentHash(bundle)
  return isSame && stored.VersionId !== undefined
    ? { bucket, key: TRUSTSTORE_KEY, version: stored.VersionId }
    : undefined
}

/**
 * Puts the bundle into the bucket, unless it is there. Older versions stay for domains that still read them.
 *
 * @throws Complaint
 */
export async function fillTruststore(
  s3: S3Client,
  bucket: string,
  bundle: string,
): Promise<TruststoreObject> {
  const found = await findTruststore(s3, bucket, bundle)
  if (found !== undefined) return found
  const object = {
    Bucket: bucket,
    Key: TRUSTSTORE_KEY,
    Body: bundle,
    ContentType: 'application/x-pem-file',
    Metadata: { sha256: contentHash(bundle) },
  }
  const { VersionId } = await attempt(`filling the bucket ${bucket}`, () =>
    s3.send(new PutObjectCommand(object)),
  )
  if (VersionId === undefined)
    throw new Complaint(`the bucket ${bucket} keeps no versions: switch versioning on`)
  return { bucket, key: TRUSTSTORE_KEY, version: VersionId }
}

async function head(s3: S3Client, Bucket: string) {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  } catch (error) {
    // HEAD has no body, so a missing object and a missing bucket look the same.
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** The domain after `renewTruststore`. */
interface Renewed {
  readonly isChanged: boolean
  /** API Gateway's warnings of certificates that it cannot use. */
  readonly warnings: readonly string[]
}

/**
 * Replaces the trust store of a deployment without deploying again, and waits until the domain reads it.
 *
 * @throws Complaint
 */
export async function renewTruststore(
  settings: DeploymentSettings,
  bundle: string,
  aws: Aws,
  wait: Wait,
): Promise<Renewed> {
  const { bucket, key, version } = await fillTruststore(aws.s3, await truststoreBucket(settings, aws), bundle)
  const domain = settings.mtlsDomain.name
  const { TruststoreVersion, TruststoreWarnings = [] } = (await mutualTlsOf(aws, domain)) ?? {}
  if (TruststoreVersion === version) return { isChanged: false, warnings: TruststoreWarnings }
  const object = { TruststoreUri: `s3://${bucket}/${key}`, TruststoreVersion: version }
  return { isChanged: true, warnings: await updateDomain(aws, domain, object, wait) }
}

/** The trust store that a domain reads. @throws Complaint */
export async function mutualTlsOf({ gateway }: Aws, DomainName: string) {
  const answer = await attempt(`looking at the domain ${DomainName}`, () =>
    gateway.send(new GetDomainNameCommand({ DomainName })),
  )
  return answer.MutualTlsAuthentication
}

const contentHash = (bundle: string): string => hash('sha256', bundle, 'hex')
