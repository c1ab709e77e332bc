import type { X509Certificate } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { Complaint } from '../../command.ts'
import { certificatesOf, issuingClients } from '../../truststore/issuing-clients.ts'
import {
  chainLength,
  dateProblem,
  isIn,
  isSelfIssued,
  MAX_CA_CERTIFICATES,
  readTruststore,
  subjectOf,
  type Truststore,
} from '../../truststore/truststore.ts'
import type { DeploymentSettings } from '../settings/settings.ts'

/** API Gateway accepts RSA keys with at least 2048 bits and ECDSA keys with at least 256 bits, signed with SHA-256 or stronger. */
const MINIMUM_RSA_BITS = 2048
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1']
const WEAK_HASH = /md[245]|sha-?1(?!\d)/i
/** The longest chain that is searched. It is longer than API Gateway accepts, to distinguish a long chain from one without a root. */
const SEARCHED_CHAIN = 10

export interface TruststoreBundle {
  /** The certificates, without duplicates. */
  readonly pem: string
  readonly certificates: Truststore
  readonly subjects: readonly string[]
  readonly warnings: readonly string[]
}

/** The settings of the trust store. */
type TruststoreSettings = Pick<DeploymentSettings, 'trustStore' | 'clientCertificates' | 'clients'>

/**
 * Combines the PEM files of the settings into the object that the domain reads. A certificate is meant for a client if it is in
 * `clientCertificates`, or if one of `clients` registers it.
 *
 * @param settingsFile the file to which the paths of the settings are relative
 * @throws Complaint with a line for each problem that API Gateway would refuse or that would lock clients out
 */
export async function readTruststoreFiles(
  { trustStore, clientCertificates, clients }: TruststoreSettings,
  settingsFile: string,
  now: Date,
): Promise<TruststoreBundle> {
  const complaints: string[] = []
  const read = async (files: readonly string[]) => {
    const paths = files.map((file) => resolve(dirname(settingsFile), file))
    return (await Promise.all(paths.map((path) => certificatesIn(path, complaints)))).flat()
  }
  const trusted = await read(trustStore)
  const listed = await read(clientCertificates)
  const every = [...trusted, ...listed]
  const all = [...new Map(every.map((certificate) => [certificate.fingerprint256, certificate])).values()]
  complaints.push(...all.flatMap((certificate) => complaintsAbout(certificate, all, now)))
  const ofClients = [...listed, ...clients.flatMap(certificatesOf)]
  complaints.push(...(await issuingClients(all, (certificate) => isIn(certificate, ofClients))))
  if (complaints.length > 0) throw new Complaint(complaints.join('\n'))
  return {
    pem: all.map(String).join(''),
    certificates: all,
    subjects: all.map(subjectOf),
    warnings: all.flatMap((certificate) => {
      const problem = dateProblem(certificate, now)
      return problem === undefined
        ? []
        : [`${about(certificate)} ${problem.text}; its clients will be refused`]
    }),
  }
}

async function certificatesIn(file: string, complaints: string[]): Promise<Truststore> {
  try {
    return await readTruststore(file)
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    complaints.push(error.message)
    return []
  }
}

const about = (certificate: X509Certificate): string => `trust store: ${subjectOf(certificate)}`

function complaintsAbout(certificate: X509Certificate, all: Truststore, now: Date): string[] {
  const dates = dateProblem(certificate, now)
  const length = chainLength(certificate, all, SEARCHED_CHAIN)
  const wrong = [
    dates?.warning === false && dates.text,
    isWeak(certificate) && 'has a key or a signature that API Gateway does not accept',
    !certificate.ca && !isSelfIssued(certificate) && 'is neither a CA nor self-signed',
    length === undefined && `does not lead to a root: add ${subjectOf({ subject: certificate.issuer })}`,
    (length ?? 0) > MAX_CA_CERTIFICATES && `is more than ${MAX_CA_CERTIFICATES} steps from its root`,
  ]
  return wrong.filter((text) => text !== false).map((text) => `${about(certificate)} ${text}`)
}

function isWeak({ publicKey, signatureAlgorithm = '' }: X509Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails = {} } = publicKey
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails
  const isStrong =
    asymmetricKeyType === 'rsa'
      ? modulusLength >= MINIMUM_RSA_BITS
      : asymmetricKeyType === 'ec' && CURVES.includes(namedCurve)
  return !isStrong || WEAK_HASH.test(signatureAlgorithm)
}
