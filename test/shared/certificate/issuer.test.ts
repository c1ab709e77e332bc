import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import { isIssuedBy, isIssuedByOneOf } from '../../../shared/certificate/issuer.ts'
import { MalformedCertificate, readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import { builtCertificate } from '../../support/built-certificate.ts'
import { issuerPairs, issuerPem } from '../../support/issuer-vectors.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'

const read = (name: string) => readCertificate(certificatePem(name)) as Der
const base64 = (der: Der) => der.toString('base64')
const issuers = (...names: string[]) => names.map(certificatePem)

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const dates = { notBefore: new Date('2024-01-01'), notAfter: new Date('2049-01-01') }

async function authority(commonName: string, { privateKey: key, publicKey } = keyPair()) {
  const { cert: pem } = await makeIdentity({ profile: 'ca', commonName, key, ...dates })
  return { pem, key, publicKey, certificate: new X509Certificate(pem) }
}

/** An authority whose certificate has only a name, and no extensions. */
const named = async (subject: string, key: KeyObject) =>
  base64(await builtCertificate({ subject, signedWith: key, publicKey: createPublicKey(key) }))

test.each([
  ['client-ec-p256', 'ca-issuing', true],
  ['client-ec-p256', 'ca-other-root', false],
  ['same-subject-other-ca', 'ca-other-root', true],
  ['same-subject-other-ca', 'ca-issuing', false],
  ['expired', 'ca-issuing', true],
  ['client-ed25519', 'ca-issuing', true],
  ['ca-issuing', 'ca-root', true],
])('the answer to whether %s was issued by %s is %s', (name, issuer, issued) => {
  expect(isIssuedByOneOf(read(name), issuers(issuer))).toBe(issued)
  expect(isIssuedByOneOf(read(name), issuers(issuer))).toBe(issued)
})

test.each(issuerPairs)(
  'the answer to whether %s has a signature by the key of %s is %s',
  (name, issuer, isSigner) => {
    expect(isIssuedByOneOf(readCertificate(issuerPem(name)) as Der, [issuerPem(issuer)])).toBe(isSigner)
  },
)

test('any issuer of the list will do', () => {
  const all = issuers('ca-other-root', 'ca-root', 'ca-issuing')
  expect(isIssuedByOneOf(read('client-ec-p256'), all)).toBe(true)
  expect(isIssuedByOneOf(read('self-signed-ec'), all)).toBe(false)
})

test('the issuer of the issuer is not enough', () => {
  expect(isIssuedByOneOf(read('client-ec-p256'), issuers('ca-root'))).toBe(false)
})

test('an empty list has issued nothing', () => {
  expect(isIssuedByOneOf(read('client-ec-p256'), [])).toBe(false)
})

test('an authority of the same name with another key has not issued it', async () => {
  const [right, impostor] = [await authority('The CA'), await authority('The CA')]
  const leaf = await makeIdentity({ profile: 'client', commonName: 'client', ...dates }, right)
  const der = readCertificate(leaf.cert) as Der
  expect(isIssuedByOneOf(der, [right.pem])).toBe(true)
  expect(isIssuedByOneOf(der, [impostor.pem])).toBe(false)
})

test('the key is enough without the name, and the name is not enough without the key', async () => {
  const [right, other] = [keyPair().privateKey, keyPair().privateKey]
  const issuer = await named('The CA', right)
  const nothingButName = await builtCertificate({ subject: 'client', issuer: 'The CA', signedWith: other })
  const nothingButSignature = await builtCertificate({
    subject: 'client',
    issuer: 'A CA',
    signedWith: right,
  })
  const both = await builtCertificate({ subject: 'client', issuer: 'The CA', signedWith: right })
  expect(isIssuedByOneOf(both, [issuer])).toBe(true)
  expect(isIssuedByOneOf(nothingButName, [issuer])).toBe(false)
  expect(isIssuedByOneOf(nothingButSignature, [issuer])).toBe(true)
  expect(isIssuedBy(nothingButSignature, readCertificate(issuer) as Der)).toBe(false)
})

test('a certificate with a changed byte was not issued by its issuer', () => {
  const der = Buffer.from(read('client-ec-p256'))
  der.write('Client2', der.lastIndexOf('Client1'))
  expect(isIssuedByOneOf(readCertificate(der.toString('base64')) as Der, issuers('ca-issuing'))).toBe(false)
})

test('a pair that is no longer remembered is judged again', async () => {
  const issuer = await named('The CA', keyPair().privateKey)
  const client = read('client-other')
  for (let serial = 1; serial <= 1_001; serial++) {
    const numbered = Buffer.from(client)
    numbered.writeUInt16BE(serial + 0x100, numbered.indexOf(Buffer.from([0x02, 0x02, 0x10])) + 2)
    expect(isIssuedByOneOf(readCertificate(numbered.toString('base64')) as Der, [issuer])).toBe(false)
  }
  expect(isIssuedByOneOf(client, issuers('ca-issuing'))).toBe(true)
  expect(isIssuedByOneOf(client, [issuer])).toBe(false)
})

test.each([
  ['an empty entry', '', 'empty'],
  ['a private key', spelling('private-key'), 'private-key'],
  ['half a certificate', spelling('truncated-der'), 'truncated'],
])('a list with %s is refused, wherever it stands', (_name, entry, reason) => {
  const list = [...issuers('ca-issuing'), entry]
  expect(() => isIssuedByOneOf(read('client-ec-p256'), list)).toThrow(expect.objectContaining({ reason }))
})

test('a list with a certificate that OpenSSL does not read is refused', () => {
  const longInteger = Buffer.from(read('client-other'))
  longInteger.writeUInt16BE(1, longInteger.indexOf(Buffer.from([0x02, 0x02, 0x10])) + 2)
  expect(() => isIssuedByOneOf(read('client-ec-p256'), [longInteger.toString('base64')])).toThrow(
    new MalformedCertificate('not-a-certificate'),
  )
})

test('a list with an authority whose key cannot be used is refused', async () => {
  const { privateKey, publicKey } = keyPair()
  const der = Buffer.from(await builtCertificate({ subject: 'The CA', publicKey, signedWith: privateKey }))
  const point = der.indexOf(Buffer.from('03420004', 'hex')) + 4
  der.writeUInt8(der.readUInt8(point + 63) ^ 1, point + 63)
  const leaf = await builtCertificate({ subject: 'client', issuer: 'The CA', signedWith: privateKey })
  expect(() => isIssuedByOneOf(leaf, [der.toString('base64')])).toThrow(MalformedCertificate)
  expect(isIssuedBy(leaf, readCertificate(der.toString('base64')) as Der)).toBe(false)
})
