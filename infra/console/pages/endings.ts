import { isJsonObject } from '../../../shared/json.ts'
import { readX509, subjectOf } from '../certificate-file.ts'
import type { Members } from '../web-api.ts'
import { nameOf } from '../clients.ts'
import { keysOf } from '../settings/registered.ts'
import { keyStates } from './service/key-states.ts'

/** A member of a record that ends soon or has ended. */
export interface Ending {
  readonly what: string
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly ends: number
  /** The page that shows it, as a path below the service. */
  readonly page: string
}

/**
 * The last tokens of signing keys, and the roots, issuers, credentials, registered self-signed certificates and certificates in use that
 * end within a time, in the order of their ends.
 *
 * @param inUse certificates in use, in the order of their ends
 */
export function endingOf(
  service: Members,
  clients: readonly Members[],
  inUse: readonly Members[],
  now: Date,
  withinMilliseconds: number,
): Ending[] {
  const all = [
    ...lastTokens(service, now),
    ...certificates(service['trustedRootCertificates'], 'Trusted root or authority', 'service/certificates'),
    ...certificates(
      service['clientCertificateIssuers'],
      'Issuer of client certificates',
      'service/certificates',
    ),
    ...credentialEndings(service),
    ...lastInUse(inUse, now),
    ...clients.flatMap((client) => {
      const page = `clients/${Number(client['clientId'])}`
      return [
        ...certificates(registered(client), 'Registered certificate', `${page}/certificates`),
        ...certificates(
          client['clientCertificateIssuers'],
          'Issuer of client certificates',
          `${page}/authentication`,
        ),
      ].map((ending) => ({ ...ending, subject: `${nameOf(client)}: ${ending.subject}` }))
    }),
  ]
  const limit = now.getTime() + withinMilliseconds
  return all.filter(({ ends }) => ends < limit).sort((one, other) => one.ends - other.ends)
}

/** When the last token of each retired signing key ends. The key must stay published until then. */
function lastTokens(service: Members, now: Date): Ending[] {
  return keyStates(service).flatMap(({ kid, isSigning, withdrawableAt: ends = 0 }) =>
    isSigning || ends <= now.getTime()
      ? []
      : [{ what: 'Last token of a signing key', subject: kid, ends, page: 'service/keys' }],
  )
}

/** The certificate of each client that ends last. A client that already uses a newer one has no need to renew. */
function lastInUse(inUse: readonly Members[], now: Date): Ending[] {
  const lasts = new Map(inUse.map((certificate) => [Number(certificate['clientId']), certificate]))
  return [...lasts].flatMap(([client, { subject, validUntil: ends }]) =>
    typeof ends === 'number' && ends > now.getTime()
      ? [
          {
            what: 'Certificate in use',
            subject: `Client ${client}: ${typeof subject === 'string' ? subject : 'no subject'}`,
            ends,
            page: `clients/${client}/certificates-in-use`,
          },
        ]
      : [],
  )
}

function credentialEndings({ credentials }: Members): Ending[] {
  const list = Array.isArray(credentials) ? credentials.filter(isJsonObject) : []
  return list.flatMap(({ id, role, expiresAt }) =>
    typeof expiresAt === 'number'
      ? [
          {
            what: 'Credential',
            subject: `${String(id)} (${String(role)})`,
            ends: expiresAt,
            page: 'service/credentials',
          },
        ]
      : [],
  )
}

function certificates(values: unknown, what: string, page: string): Ending[] {
  return texts(values).flatMap((text) => {
    const certificate = readName(text)
    return certificate === undefined ? [] : [{ what, ...certificate, page }]
  })
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** The first certificate of each key of a client's JWK Set. */
function registered(client: Members): string[] {
  return keysOf(client).flatMap(({ x5c }) => texts(x5c).slice(0, 1))
}

/** When the first registered certificate of a client expires, in milliseconds; `undefined` if its record contains none. */
export function certificateEnd(client: Members): number | undefined {
  const ends = registered(client).flatMap((base64) => readName(base64)?.ends ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/** @param text PEM, or base64 from a JWK. The Web API refuses an unreadable certificate when a client uses it. */
function readName(text: string): Pick<Ending, 'subject' | 'ends'> | undefined {
  const read = readX509(text.includes('-----') ? text : Buffer.from(text, 'base64'))
  return read && { subject: subjectOf(read), ends: Date.parse(read.validTo) }
}
