import { hash } from 'node:crypto'
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { attempt, Complaint } from './complaint.ts'
import type { TruststoreObject } from './parameters.ts'

export const TRUSTSTORE_KEY = 'truststore.pem'

/** @returns the object where the bucket has this very bundle */
export async function findTruststore(
  s3: S3Client,
  bucket: string,
  bundle: string,
): Promise<TruststoreObject | undefined> {
  const stored = await attempt(`looking into the bucket ${bucket}`, () => head(s3, bucket))
  const isSame = stored?.Metadata?.['sha256'] === digestOf(bundle)
  return isSame && stored.VersionId !== undefined
    ? { bucket, key: TRUSTSTORE_KEY, version: stored.VersionId }
    : undefined
}

/**
 * Puts the bundle into the bucket, unless it is there. Older versions stay: a domain that was not changed yet reads them.
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
  const { VersionId } = await attempt(`filling the bucket ${bucket}`, () =>
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: TRUSTSTORE_KEY,
        Body: bundle,
        ContentType: 'application/x-pem-file',
        Metadata: { sha256: digestOf(bundle) },
      }),
    ),
  )
  if (VersionId === undefined)
    throw new Complaint(`the bucket ${bucket} keeps no versions: switch versioning on`)
  return { bucket, key: TRUSTSTORE_KEY, version: VersionId }
}

async function head(s3: S3Client, Bucket: string) {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket, Key: TRUSTSTORE_KEY }))
  } catch (error) {
    // An empty bucket and one that is not there look the same in an answer without a body.
    if (error instanceof NotFound) return undefined
    throw error
  }
}

const digestOf = (bundle: string): string => hash('sha256', bundle, 'hex')
