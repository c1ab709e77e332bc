import { GetObjectCommand } from '@aws-sdk/client-s3'
import { Complaint, confirm, type Io } from '../../command.ts'
import { isIn, parseTruststore, subjectOf, type Truststore } from '../../truststore/truststore.ts'
import { type Aws, isAnswer } from './aws.ts'
import { mutualTlsOf } from './domain-update.ts'

/** The difference between the certificates that a domain trusts now and those of the settings. */
export interface TruststoreChange {
  /** The lines `+ NAME` and `- NAME`; empty if the certificates do not change. */
  readonly lines: readonly string[]
  /** Whether clients that can connect now would be refused. */
  readonly removes: boolean
}

/**
 * Compares certificates with the version of the trust store that the domain reads now. It changes nothing.
 *
 * @param domain the existing domain, which the settings may rename; `undefined` before the first deployment
 * @throws Complaint
 */
export async function truststoreChange(
  domain: string | undefined,
  certificates: Truststore,
  aws: Aws,
): Promise<TruststoreChange> {
  if (domain === undefined) return { lines: [], removes: false }
  const store = await mutualTlsOf(aws, domain)
  const { TruststoreUri: uri, TruststoreVersion: version } = store ?? {}
  const read = uri === undefined ? [] : await trustedCertificates(aws, uri, version)
  if (read === undefined) {
    const line = `- all certificates of version ${version ?? '?'} of ${uri ?? '?'}, which cannot be read`
    return { lines: [...certificates.map((it) => `+ ${subjectOf(it)}`), line], removes: true }
  }
  const added = certificates.filter((certificate) => !isIn(certificate, read))
  const removed = read.filter((certificate) => !isIn(certificate, certificates))
  const name = namesOf([...added, ...removed])
  const lines = [
    ...added.map((certificate) => `+ ${name(certificate)}`),
    ...removed.map((certificate) => `- ${name(certificate)} (its clients will be refused)`),
  ]
  return { lines, removes: removed.length > 0 }
}

/** The certificates in a version of an object; `undefined` if it does not exist any more. @throws Complaint */
async function trustedCertificates(
  { s3 }: Aws,
  uri: string,
  VersionId: string | undefined,
): Promise<Truststore | undefined> {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))
    return parseTruststore((await Body?.transformToString()) ?? '', uri)
  } catch (error) {
    if (isAnswer(error, 'NoSuchVersion', 'NoSuchKey')) return undefined
    throw error
  }
}

/** The name of a certificate in a change: its subject, and its serial number if another certificate has the same subject. */
function namesOf(all: Truststore): (certificate: Truststore[number]) => string {
  const subjects = all.map(subjectOf)
  return (certificate) => {
    const subject = subjectOf(certificate)
    const isOnlyOne = subjects.indexOf(subject) === subjects.lastIndexOf(subject)
    return isOnlyOne ? subject : `${subject}, serial number ${certificate.serialNumber}`
  }
}

/**
 * Requires `--remove-trust` for removals, because `--yes` only confirms additions.
 *
 * @throws Complaint if certificates would be removed without a question and without `--remove-trust`
 */
export function requireAllowed(
  { lines, removes }: TruststoreChange,
  { yes, 'remove-trust': removeTrust }: { readonly yes: boolean; readonly 'remove-trust': boolean },
): void {
  if (!removes || !yes || removeTrust) return
  throw new Complaint(
    [
      'nothing was changed, because certificates would be removed from the trust store:',
      ...lines.filter((line) => line.startsWith('-')),
      '--yes does not confirm this: also use --remove-trust, or run the command without --yes',
    ].join('\n'),
  )
}

/** The lines that show a change. */
export function truststoreLines({ lines }: TruststoreChange): string[] {
  return lines.length === 0
    ? []
    : ['The trust store of the mutual-TLS domain:', ...lines.map((it) => `  ${it}`)]
}

/** @throws Complaint unless the answer is yes */
export function confirmTruststore(io: Io, kept: string): Promise<void> {
  return confirm(io, 'Change the trust store?', kept)
}

/** API Gateway only warns about certificates that it cannot use, but clients of such a CA get 403. */
export const inWords = (warning: string): string => `API Gateway warns of the trust store: ${warning}`
