import { createPrivateKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { issueCertificate, type Issuer, type Profile } from './issue-certificate.ts'

/** A certificate and its private key, both PEM, and where they are. */
export interface StoredPair {
  readonly certificate: string
  readonly key: string
  readonly certificateFile: string
  readonly keyFile: string
}

export interface DevelopmentCertificates {
  readonly ca: StoredPair
  /** For localhost, 127.0.0.1 and ::1. Issued by the CA itself: no chain needed. */
  readonly server: StoredPair
  readonly clients: ReadonlyMap<string, StoredPair>
}

interface Pair {
  readonly stored: StoredPair
  readonly x509: X509Certificate
  readonly keyObject: KeyObject
}

interface Wanted {
  readonly file: string
  readonly profile: Profile
  readonly commonName: string
  readonly days: number
}

const DAY_MILLISECONDS = 86_400_000
const CA_DAYS = 3650
const LEAF_DAYS = 365
/** Whoever starts the edge may work with it for a while before the next start. */
const RENEWAL_DAYS = 7

/**
 * The development CA, server certificate and client certificates in a directory. Makes what is missing, does not
 * match its CA or key, or ends within 7 days; keeps the rest.
 *
 * @param names of clients, also file names: letters, digits and hyphens, neither `ca` nor `server`
 * @throws Error with one line that names the file which cannot be read, written or understood
 */
export async function developmentCertificates(
  directory: string,
  names: readonly string[],
): Promise<DevelopmentCertificates> {
  await onFile(directory, 'created', () => mkdir(directory, { recursive: true, mode: 0o700 }))
  const ca = await keptOrMade(directory, {
    file: 'ca',
    profile: 'ca',
    commonName: 'Certbound Development CA',
    days: CA_DAYS,
  })
  const leaf = (file: string, profile: Profile, commonName: string) =>
    keptOrMade(directory, { file, profile, commonName, days: LEAF_DAYS }, ca)

  const server = await leaf('server', 'server', 'localhost')
  const clients = new Map<string, StoredPair>()
  for (const name of names) clients.set(name, (await leaf(name, 'client', name)).stored)
  return { ca: ca.stored, server: server.stored, clients }
}

async function keptOrMade(directory: string, wanted: Wanted, ca?: Pair): Promise<Pair> {
  const certificateFile = join(directory, `${wanted.file}.pem`)
  const keyFile = join(directory, `${wanted.file}.key.pem`)
  const kept = await readPair(certificateFile, keyFile)
  if (kept !== undefined && isUsable(kept, ca ?? kept)) return kept

  const { certificate, key } = await makePair(wanted, ca)
  await replaceFile(keyFile, key, 0o600)
  await replaceFile(certificateFile, certificate, 0o644)
  return parsePair(certificateFile, certificate, keyFile, key)
}

function isUsable({ x509, keyObject }: Pair, issuer: Pair): boolean {
  const now = Date.now()
  return (
    x509.checkPrivateKey(keyObject) &&
    x509.checkIssued(issuer.x509) &&
    x509.verify(issuer.x509.publicKey) &&
    x509.validFromDate.getTime() <= now &&
    x509.validToDate.getTime() > now + RENEWAL_DAYS * DAY_MILLISECONDS
  )
}

async function makePair({ profile, commonName, days }: Wanted, ca: Pair | undefined) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer: Issuer =
    ca === undefined
      ? { key: privateKey, publicKey }
      : { certificate: ca.x509, key: ca.keyObject, publicKey: ca.x509.publicKey }
  const notBefore = new Date()
  const notAfter = new Date(notBefore.getTime() + days * DAY_MILLISECONDS)
  const template = { profile, commonName, publicKey, notBefore, notAfter }
  const certificate = await issueCertificate(template, issuer)
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

async function readPair(certificateFile: string, keyFile: string): Promise<Pair | undefined> {
  const certificate = await readIfThere(certificateFile)
  const key = await readIfThere(keyFile)
  if (certificate === undefined || key === undefined) return undefined
  return parsePair(certificateFile, certificate, keyFile, key)
}

async function parsePair(
  certificateFile: string,
  certificate: string,
  keyFile: string,
  key: string,
): Promise<Pair> {
  const x509 = await onFile(
    certificateFile,
    'read as a PEM certificate',
    () => new X509Certificate(certificate),
  )
  const keyObject = await onFile(keyFile, 'read as a PEM private key', () => createPrivateKey(key))
  return { stored: { certificate, key, certificateFile, keyFile }, x509, keyObject }
}

async function readIfThere(file: string): Promise<string | undefined> {
  return onFile(file, 'read', async () => {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  })
}

/** Renamed into place, so that an interrupted run leaves no half a file and an old file's mode does not stay. */
async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await onFile(file, 'written', async () => {
    const fresh = `${file}.${process.pid}.new`
    await writeFile(fresh, text, { mode })
    await rename(fresh, file)
  })
}

async function onFile<T>(file: string, done: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`${file} cannot be ${done} (${code ?? message})`, { cause: error })
  }
}
