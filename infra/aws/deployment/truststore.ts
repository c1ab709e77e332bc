import { hash } from 'node:crypto'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Complaint } from '../../command.ts'
import { TRUSTSTORE_KEY } from '../template/domains.ts'
import { type Aws, isAnswer } from './aws.ts'
import { mutualTlsOf, updateDomain } from './domain-update.ts'
import { type NamedStack, requireState, type StackState, type Wait } from './stack.ts'

/** A version of the object that the mutual-TLS domain reads. */
export interface TruststoreObject {
  readonly bucket: string
  readonly version: string
}

/** The bucket of the stack of the trust store. @throws Complaint */
export function truststoreBucket(stack: NamedStack): string {
  const bucket = bucketOf(requireState(stack))
  if (bucket === undefined) throw new Complaint(`the stack ${stack.name} has no bucket: run npm run deploy`)
  return bucket
}

const bucketOf = ({ outputs }: StackState): string | undefined => outputs.get('TruststoreBucketName')

/** The object in the bucket of the stack, if its content is this bundle. @throws Complaint */
export async function findTruststore(
  { state }: NamedStack,
  bundle: string,
  { s3 }: Aws,
): Promise<TruststoreObject | undefined> {
  const bucket = state && bucketOf(state)
  if (bucket === undefined) return undefined
  try {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: TRUSTSTORE_KEY })
    const { Metadata, VersionId: version } = await s3.send(command)
    const isSame = Metadata?.['sha256'] === contentHash(bundle)
    return isSame && version !== undefined ? { bucket, version } : undefined
  } catch (error) {
    // The answer to HEAD has no body, so a missing object and a missing bucket cannot be distinguished.
    if (isAnswer(error, 'NotFound')) return undefined
    throw error
  }
}

/** Puts the bundle into the bucket. Older versions are kept for domains that still read them. @throws Complaint */
export async function putTruststore(
  stack: NamedStack,
  bundle: string,
  { s3 }: Aws,
): Promise<TruststoreObject> {
  const bucket = truststoreBucket(stack)
  const object = {
    Bucket: bucket,
    Key: TRUSTSTORE_KEY,
    Body: bundle,
    ContentType: 'application/x-pem-file',
    Metadata: { sha256: contentHash(bundle) },
  }
  const { VersionId: version } = await s3.send(new PutObjectCommand(object))
  if (version === undefined) throw new Complaint(`the bucket ${bucket} keeps no versions: enable versioning`)
  return { bucket, version }
}

/** The state of the domain after `renewTruststore`. */
interface Renewed {
  readonly isChanged: boolean
  /** API Gateway's warnings about certificates that it cannot use. */
  readonly warnings: readonly string[]
}

/**
 * Replaces the trust store of a deployment without a new deployment, and waits until the domain uses it.
 *
 * @throws Complaint
 */
export async function renewTruststore(
  stack: NamedStack,
  domain: string,
  bundle: string,
  aws: Aws,
  wait: Wait,
): Promise<Renewed> {
  const object = (await findTruststore(stack, bundle, aws)) ?? (await putTruststore(stack, bundle, aws))
  const { bucket, version } = object
  const { TruststoreVersion, TruststoreWarnings = [] } = (await mutualTlsOf(aws, domain)) ?? {}
  if (TruststoreVersion === version) return { isChanged: false, warnings: TruststoreWarnings }
  const store = { TruststoreUri: `s3://${bucket}/${TRUSTSTORE_KEY}`, TruststoreVersion: version }
  return { isChanged: true, warnings: await updateDomain(aws, domain, store, wait) }
}

const contentHash = (bundle: string): string => hash('sha256', bundle, 'hex')
