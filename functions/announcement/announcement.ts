import { type KeyObject } from 'node:crypto'
import { isThumbprint, thumbprint, type Thumbprint } from '../../shared/certificate/thumbprint.ts'
import { isSameText } from '../../shared/constant-time.ts'
import type { Jwk } from '../../shared/certificate/jwk-set.ts'
import {
  type PresentedCertificate,
  readPresented,
  type ReadCertificate,
} from '../../shared/certificate/presented.ts'
import { certificateInX5c } from '../../shared/certificate/registered-certificates.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { JsonObject } from '../../shared/json.ts'
import { type JwsFault, verifyCompactJws } from '../../shared/jws/signature.ts'
import { readCompactJws, SKEW_SECONDS, typeOf } from '../../shared/request/compact-jws.ts'
import { parseJsonObject } from '../../shared/request/strict-json.ts'

/** The greatest age of an announcement. It can be sent again until then, which changes nothing. */
const MAX_AGE_SECONDS = 300

/** The faults of an announcement, with their texts for messages. The texts repeat nothing of it. */
export const ANNOUNCEMENT_FAULTS = {
  malformed: 'it is malformed',
  'crit-unknown': 'it is malformed',
  'kid-malformed': 'it is malformed',
  'typ-wrong': "'typ' must be certbound-renewal+jwt",
  'algorithm-wrong': "'alg' is not supported",
  'aud-wrong': "'aud' must be the issuer as a string",
  'iat-wrong': "'iat' is missing or malformed",
  'iat-old': "'iat' is more than five minutes old",
  'iat-future': "'iat' is in the future",
  'certificate-wrong': "'x5c' must be a list that begins with the new certificate",
  'certificate-same': "'x5c' has the present certificate",
  'key-unknown': "the key of the new certificate does not fit 'alg', or is too weak",
} as const satisfies Record<Exclude<JwsFault, 'signature-wrong'>, string> & Record<string, string>

export type AnnouncementFault = keyof typeof ANNOUNCEMENT_FAULTS | 'present-differs' | 'signature-wrong'

interface Expected {
  readonly issuer: string
  /** The certificate of the request. */
  readonly present: Thumbprint
  readonly algorithms: readonly string[]
  readonly now: EpochSeconds
}

/** The new certificate of an announcement, whose key has signed it. */
export interface Announcement {
  readonly certificate: ReadCertificate
  /** The certificates that follow it in `x5c`. */
  readonly path: readonly PresentedCertificate[]
}

/**
 * Verifies an announcement: a JWT by which the holder of the present certificate names the next one, and the holder of the next one agrees.
 *
 * @see RFC 7515 section 4.1.6 about `x5c`, RFC 8725 section 3.11 about `typ`
 */
export function verifyAnnouncement(text: string, expected: Expected): Announcement | AnnouncementFault {
  const jws = readCompactJws(text)
  const claims = jws && parseJsonObject(jws.payload)
  if (jws === undefined || claims === undefined) return 'malformed'
  const { kid: _, ...header } = jws.header
  const { alg, x5c } = header
  if (typeOf(header) !== 'certbound-renewal+jwt') return 'typ-wrong'
  if (typeof alg !== 'string' || !expected.algorithms.includes(alg)) return 'algorithm-wrong'
  const fault = claimsFault(claims, expected)
  if (fault !== undefined) return fault
  const next = certificateInX5c(x5c)
  if (next === undefined) return 'certificate-wrong'
  const certificate = { der: next.der, thumbprint: thumbprint(next.der) }
  const unsigned = verifyCompactJws({ ...jws, header }, { keys: [toJwk(next.key)] }, alg)
  if (unsigned !== undefined) return unsigned
  if (isSameText(certificate.thumbprint, expected.present)) return 'certificate-same'
  return { certificate, path: (x5c as unknown[]).slice(1).map(readFurther) }
}

function claimsFault({ aud, iat, 'x5t#S256': named }: JsonObject, { issuer, present, now }: Expected) {
  if (aud !== issuer) return 'aud-wrong'
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'iat-wrong'
  if (now >= iat + MAX_AGE_SECONDS) return 'iat-old'
  if (iat > now + SKEW_SECONDS) return 'iat-future'
  return isThumbprint(named) && isSameText(named, present) ? undefined : 'present-differs'
}

/** A key that no JWK can express verifies nothing. */
function toJwk(key: KeyObject): Jwk {
  try {
    return key.export({ format: 'jwk' })
  } catch (error) {
    if (error instanceof Error && 'code' in error) return {}
    throw error
  }
}

function readFurther(text: unknown): PresentedCertificate {
  return typeof text === 'string' ? readPresented(text) : { malformed: 'not-a-certificate' }
}
