import { createHash, randomBytes, type KeyObject, type X509Certificate } from 'node:crypto'
import { BitString, fromBER, Integer, OctetString, Sequence, Set, Utf8String } from 'asn1js'
import * as pkijs from 'pkijs'

export type Profile = 'ca' | 'server' | 'client'

export interface CertificateTemplate {
  readonly profile: Profile
  readonly commonName: string
  /** P-256. */
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface Issuer {
  /** Absent when the certificate is its own issuer. */
  readonly certificate?: X509Certificate
  /** P-256, private. */
  readonly key: KeyObject
  readonly publicKey: KeyObject
}

const ORGANIZATION = 'Certbound Development'
const OID = {
  commonName: '2.5.4.3',
  organizationName: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}
/** Bits counted from the left (RFC 5280 §4.2.1.3): digitalSignature; keyCertSign and cRLSign. */
const DIGITAL_SIGNATURE = { bits: 0x80, unusedBits: 7 }
const CERTIFICATE_SIGNING = { bits: 0x06, unusedBits: 1 }

/**
 * Issues an X.509 v3 certificate of the development CA (RFC 5280), ECDSA with SHA-256.
 * @returns PEM with a final newline
 */
export async function issueCertificate(template: CertificateTemplate, issuer: Issuer): Promise<string> {
  const certificate = new pkijs.Certificate({ version: 2, serialNumber: randomSerial() })
  certificate.subject = distinguishedName(template.commonName)
  certificate.issuer =
    issuer.certificate === undefined
      ? certificate.subject
      : pkijs.Certificate.fromBER(issuer.certificate.raw).subject
  certificate.notBefore = time(template.notBefore)
  certificate.notAfter = time(template.notAfter)
  certificate.subjectPublicKeyInfo = new pkijs.PublicKeyInfo({
    schema: fromBER(spki(template.publicKey)).result,
  })
  certificate.extensions = extensions(template, issuer)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  await certificate.sign(issuer.key.toCryptoKey(algorithm, false, ['sign']), 'SHA-256')
  return pem(Buffer.from(certificate.toSchema().toBER()))
}

function extensions({ profile, publicKey }: CertificateTemplate, issuer: Issuer): pkijs.Extension[] {
  const isCa = profile === 'ca'
  const constraints = isCa ? { cA: true, pathLenConstraint: 0 } : {}
  const authority = new pkijs.AuthorityKeyIdentifier({
    keyIdentifier: new OctetString({ valueHex: keyIdentifier(issuer.publicKey) }),
  })
  return [
    extension(OID.basicConstraints, new pkijs.BasicConstraints(constraints).toSchema(), true),
    extension(OID.keyUsage, keyUsage(isCa ? CERTIFICATE_SIGNING : DIGITAL_SIGNATURE), true),
    extension(OID.subjectKeyIdentifier, new OctetString({ valueHex: keyIdentifier(publicKey) })),
    extension(OID.authorityKeyIdentifier, authority.toSchema()),
    ...(isCa ? [] : [extension(OID.extKeyUsage, extKeyUsage(profile))]),
    ...(profile === 'server' ? [extension(OID.subjectAltName, localNames())] : []),
  ]
}

function extension(extnID: string, value: { toBER(): ArrayBuffer }, critical = false): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER() })
}

function keyUsage({ bits, unusedBits }: { bits: number; unusedBits: number }): BitString {
  return new BitString({ valueHex: Uint8Array.of(bits), unusedBits })
}

function extKeyUsage(profile: 'server' | 'client') {
  const purpose = profile === 'server' ? OID.serverAuth : OID.clientAuth
  return new pkijs.ExtKeyUsage({ keyPurposes: [purpose] }).toSchema()
}

function localNames() {
  const address = (...bytes: number[]) =>
    new pkijs.GeneralName({ type: 7, value: new OctetString({ valueHex: Uint8Array.from(bytes) }) })
  const names = [
    new pkijs.GeneralName({ type: 2, value: 'localhost' }),
    address(127, 0, 0, 1),
    address(...new Array<number>(15).fill(0), 1),
  ]
  return new pkijs.AltName({ altNames: names }).toSchema()
}

function distinguishedName(commonName: string): pkijs.RelativeDistinguishedNames {
  const rdn = (type: string, value: string) =>
    new Set({
      value: [new pkijs.AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()],
    })
  const name = new Sequence({
    value: [rdn(OID.organizationName, ORGANIZATION), rdn(OID.commonName, commonName)],
  })
  // From attributes pkijs would build one RDN with two values; what it parsed it writes as it was.
  return pkijs.RelativeDistinguishedNames.fromBER(name.toBER())
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
function time(value: Date): pkijs.Time {
  const { UTCTime, GeneralizedTime } = pkijs.TimeType
  return new pkijs.Time({ type: value.getUTCFullYear() < 2050 ? UTCTime : GeneralizedTime, value })
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. The first octet is neither 0 nor above 0x7f. */
function randomSerial(): Integer {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40
  return new Integer({ valueHex: octets })
}

/** RFC 7093 §2 method 1 over the whole SubjectPublicKeyInfo: any unique value will do (RFC 5280 §4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  return createHash('sha256').update(spki(publicKey)).digest().subarray(0, 20)
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
