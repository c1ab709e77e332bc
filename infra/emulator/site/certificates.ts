import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint } from '../../command.ts'
import { type Identity, type IdentityOptions, type Issuer, makeIdentity } from '../../connections/identity.ts'

/** An identity and its two files. */
export interface StoredIdentity extends Identity {
  readonly certificateFile: string
  readonly keyFile: string
}

export interface DevelopmentCertificates<Name extends string> {
  readonly ca: StoredIdentity
  /** The certificate for localhost, 127.0.0.1 and ::1. The CA itself issued it, so it needs no chain. */
  readonly server: StoredIdentity
  readonly clients: Readonly<Record<Name, StoredIdentity>>
}

const DAY_MILLISECONDS = 86_400_000
const CA_DAYS = 3650
const LEAF_DAYS = 365
/** Certificates are renewed early, because the edge may run for a while before its next start. */
const RENEWAL_DAYS = 7

/**
 * The development CA, server certificate and client certificates in a directory. Certificates that are missing, do not match their CA or
 * key, or expire within 7 days are created; the others are kept.
 *
 * @param names the names of the clients, also file names: letters, digits and hyphens, neither `ca` nor `server`
 * @throws Complaint that names the file that cannot be read, written or parsed
 */
export async function developmentCertificates<Name extends string>(
  directory: string,
  names: readonly Name[],
): Promise<DevelopmentCertificates<Name>> {
  await onFile(directory, 'created', () => mkdir(directory, { recursive: true, mode: 0o700 }))
  const ca = await keptOrMade(join(directory, 'ca'), CA_DAYS, {
    profile: 'ca',
    commonName: 'Certbound Development CA',
  })
  const leaf = async (file: string, profile: 'server' | 'client', commonName: string) =>
    (await keptOrMade(join(directory, file), LEAF_DAYS, { profile, commonName }, ca)).stored

  const server = await leaf('server', 'server', 'localhost')
  const clients: Partial<Record<Name, StoredIdentity>> = {}
  for (const name of names) clients[name] = await leaf(name, 'client', name)
  return { ca: ca.stored, server, clients: clients as Record<Name, StoredIdentity> }
}

interface Opened extends Issuer {
  readonly stored: StoredIdentity
}

/** @param path the path of both files, without `.pem` and `.key.pem` */
async function keptOrMade(
  path: string,
  days: number,
  options: Pick<IdentityOptions, 'profile' | 'commonName'>,
  ca?: Issuer,
): Promise<Opened> {
  const files = { certificateFile: `${path}.pem`, keyFile: `${path}.key.pem` }
  const [cert, key] = [await readIfThere(files.certificateFile), await readIfThere(files.keyFile)]
  const kept = cert === undefined || key === undefined ? undefined : await open({ ...files, cert, key })
  if (kept !== undefined && isUsable(kept, ca ?? kept)) return kept

  const notBefore = new Date()
  const notAfter = new Date(notBefore.getTime() + days * DAY_MILLISECONDS)
  const made = await makeIdentity({ ...options, notBefore, notAfter }, ca)
  await replaceFile(files.keyFile, made.key, 0o600)
  await replaceFile(files.certificateFile, made.cert, 0o644)
  return open({ ...files, ...made })
}

const REMOVE = ': remove this file, and a new one is made'

async function open(stored: StoredIdentity): Promise<Opened> {
  const { certificateFile, keyFile, cert } = stored
  const certificate = await onFile(
    certificateFile,
    'read as a PEM certificate',
    () => new X509Certificate(cert),
    REMOVE,
  )
  const key: KeyObject = await onFile(
    keyFile,
    'read as a PEM private key',
    () => createPrivateKey(stored.key),
    REMOVE,
  )
  return { stored, certificate, key }
}

function isUsable({ certificate, key }: Opened, issuer: Issuer): boolean {
  const now = Date.now()
  return (
    certificate.checkPrivateKey(key) &&
    certificate.checkIssued(issuer.certificate) &&
    certificate.verify(issuer.certificate.publicKey) &&
    certificate.validFromDate.getTime() <= now &&
    certificate.validToDate.getTime() > now + RENEWAL_DAYS * DAY_MILLISECONDS
  )
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

/**
 * Replaces a file with a rename, so that an interrupted run leaves no incomplete file, and the mode of the old file is not kept.
 *
 * @throws Complaint that names the file
 */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await onFile(file, 'written', async () => {
    const fresh = `${file}.${process.pid}.new`
    await writeFile(fresh, text, { mode, flush: true })
    await rename(fresh, file)
  })
}

async function onFile<T>(file: string, done: string, act: () => T | Promise<T>, todo = ''): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Complaint(`${file} cannot be ${done} (${code ?? message})${todo}`, { cause: error })
  }
}
