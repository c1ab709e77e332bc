import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { BitString, fromBER, Integer, OctetString, Sequence, Set, Utf8String } from 'asn1js'
import * as pkijs from 'pkijs'
import { EXTENSION } from '../../shared/certificate/oids.ts'

/** A certificate and its private key (PKCS #8), both PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface IdentityOptions {
  readonly profile: 'ca' | 'server' | 'client'
  readonly commonName: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** The private key. If absent, a new P-256 key is generated. */
  readonly key?: KeyObject
}

export interface Issuer {
  readonly certificate: X509Certificate
  /** The private key of the issuer, a P-256 key. */
  readonly key: KeyObject
}

const ORGANIZATION = 'Certbound Development'

/** The subject of an identity (RFC 4514). */
export const subjectOf = (commonName: string): string => `CN=${commonName},O=${ORGANIZATION}`

const OID = {
  ...EXTENSION,
  commonName: '2.5.4.3',
  organizationName: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

/** Makes a key and an X.509 v3 certificate (RFC 5280). The issuer signs it, or the key itself, with ECDSA and SHA-256. */
export async function makeIdentity(options: IdentityOptions, issuer?: Issuer): Promise<Identity> {
  const key = options.key ?? generateKeyPairSync('ec', P256).privateKey
  const publicKey = createPublicKey(key)
  const subject = distinguishedName(options.commonName)
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: randomSerial(),
    subject,
    issuer: issuer === undefined ? subject : pkijs.Certificate.fromBER(issuer.certificate.raw).subject,
    notBefore: time(options.notBefore),
    notAfter: time(options.notAfter),
    subjectPublicKeyInfo: new pkijs.PublicKeyInfo({ schema: fromBER(spki(publicKey)).result }),
    extensions: extensions(options.profile, publicKey, issuer?.certificate.publicKey ?? publicKey),
  })
  const signingKey = (issuer?.key ?? key).toCryptoKey(P256, false, ['sign'])
  await certificate.sign(signingKey, 'SHA-256')
  const cert = new X509Certificate(Buffer.from(certificate.toSchema().toBER())).toString()
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function extensions(profile: IdentityOptions['profile'], publicKey: KeyObject, issuerKey: KeyObject) {
  const isCa = profile === 'ca'
  const constraints = new pkijs.BasicConstraints(isCa ? { cA: true, pathLenConstraint: 0 } : {})
  // Bits of key usage are counted from the left (RFC 5280 section 4.2.1.3): keyCertSign and cRLSign, or digitalSignature.
  const usage = isCa
    ? { valueHex: Uint8Array.of(0x06), unusedBits: 1 }
    : { valueHex: Uint8Array.of(0x80), unusedBits: 7 }
  const authority = { keyIdentifier: new OctetString({ valueHex: keyIdentifier(issuerKey) }) }
  const all = [
    extension(OID.basicConstraints, constraints.toSchema(), true),
    extension(OID.keyUsage, new BitString(usage), true),
    extension(OID.subjectKeyIdentifier, new OctetString({ valueHex: keyIdentifier(publicKey) })),
    extension(OID.authorityKeyIdentifier, new pkijs.AuthorityKeyIdentifier(authority).toSchema()),
  ]
  if (isCa) return all
  const purposes = new pkijs.ExtKeyUsage({ keyPurposes: [OID[`${profile}Auth`]] })
  const names = profile === 'server' ? [extension(OID.subjectAltName, localNames())] : []
  return [...all, extension(OID.extKeyUsage, purposes.toSchema()), ...names]
}

function extension(extnID: string, value: { toBER(): ArrayBuffer }, critical = false): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER() })
}

/** The names of this machine: localhost, 127.0.0.1 and ::1. */
function localNames() {
  const address = (...bytes: number[]) =>
    new pkijs.GeneralName({ type: 7, value: new OctetString({ valueHex: Uint8Array.from(bytes) }) })
  const name = new pkijs.GeneralName({ type: 2, value: 'localhost' })
  const loopback = [address(127, 0, 0, 1), address(...new Array<number>(15).fill(0), 1)]
  return new pkijs.AltName({ altNames: [name, ...loopback] }).toSchema()
}

function distinguishedName(commonName: string): pkijs.RelativeDistinguishedNames {
  const rdn = (type: string, value: string) =>
    new Set({
      value: [new pkijs.AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()],
    })
  const name = new Sequence({
    value: [rdn(OID.organizationName, ORGANIZATION), rdn(OID.commonName, commonName)],
  })
  // From attributes pkijs would build one RDN with two values, but it writes a parsed name unchanged.
  return pkijs.RelativeDistinguishedNames.fromBER(name.toBER())
}

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
function time(value: Date): pkijs.Time {
  const { UTCTime, GeneralizedTime } = pkijs.TimeType
  return new pkijs.Time({ type: value.getUTCFullYear() < 2050 ? UTCTime : GeneralizedTime, value })
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. The first octet is neither 0 nor above 0x7f. */
function randomSerial(): Integer {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40
  return new Integer({ valueHex: octets })
}

/** RFC 7093 section 2 method 1 over the whole SubjectPublicKeyInfo: any unique value will do (RFC 5280 section 4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  return createHash('sha256').update(spki(publicKey)).digest().subarray(0, 20)
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}
