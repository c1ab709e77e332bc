import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Integer, Utf8String } from 'asn1js'
import * as pkijs from 'pkijs'
import { type Der, readCertificate } from '../../shared/certificate/pem.ts'

/** P-256. */
const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export interface Built {
  readonly subject?: string
  readonly issuer?: string
  readonly publicKey?: KeyObject
  /** P-256, private. */
  readonly signedWith?: KeyObject
  /** 1 unless this is there. */
  readonly serial?: number
  readonly notBefore?: string
  readonly notAfter?: string
  /** Version 3 unless this is there; version 1 has no extensions. */
  readonly version?: 1
  /** SHA-256 unless this is there. */
  readonly hash?: 'SHA-1'
  readonly extensions?: readonly { readonly oid: string; readonly value: Buffer; readonly critical?: true }[]
}

/** A certificate of what no CA would issue. Names are common names. */
export async function builtCertificate(built: Built): Promise<Der> {
  const { subject = 'built', issuer = subject, publicKey = signer.publicKey, extensions = [] } = built
  const certificate = new pkijs.Certificate({
    version: (built.version ?? 3) - 1,
    serialNumber: new Integer({ value: built.serial ?? 1 }),
  })
  certificate.subject = commonName(subject)
  certificate.issuer = commonName(issuer)
  certificate.notBefore.value = new Date(built.notBefore ?? '2024-01-01T00:00:00Z')
  certificate.notAfter.value = new Date(built.notAfter ?? '2049-12-31T23:59:59Z')
  certificate.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  certificate.extensions = extensions.map(
    ({ oid, value, critical = false }) =>
      new pkijs.Extension({ extnID: oid, critical, extnValue: Uint8Array.from(value).buffer }),
  )
  if (built.version === 1) delete certificate.extensions
  const key = built.signedWith ?? signer.privateKey
  const signingKey = key.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  await certificate.sign(signingKey, built.hash ?? 'SHA-256')
  return readCertificate(Buffer.from(certificate.toSchema().toBER()).toString('base64')) as Der
}

function commonName(value: string): pkijs.RelativeDistinguishedNames {
  const attribute = new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value }) })
  return new pkijs.RelativeDistinguishedNames({ typesAndValues: [attribute] })
}

/** One element of DER. */
export function element(tag: number, ...content: readonly (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as string, 'latin1')))
  return Buffer.concat([Buffer.of(tag, ...lengthOf(bytes)), bytes])
}

/** The shortest form (X.690 section 10.1). */
function lengthOf({ length }: Buffer): readonly number[] {
  if (length < 0x80) return [length]
  const bytes = [24, 16, 8, 0].map((shift) => (length >> shift) & 0xff)
  const shortest = bytes.slice(bytes.findIndex((byte) => byte !== 0))
  return [0x80 + shortest.length, ...shortest]
}
