import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readName, readSubject } from '../../../shared/certificate/names.ts'
import { MalformedCertificate, readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import {
  MalformedDistinguishedName,
  isSameName,
  parseDistinguishedName,
} from '../../../shared/certificate/subject-dn.ts'
import { builtCertificate, element } from '../../support/built-certificate.ts'
import { alternativeNames } from '../../support/certificate-chain.ts'
import { issuerPem, issuerVectors } from '../../support/issuer-vectors.ts'
import { certificates, presented } from '../../support/vectors.ts'

function certificate(reference: string): Der {
  const der = readCertificate(presented(reference))
  if (der === undefined) throw new Error(`no certificate in ${reference}`)
  return der
}

/** The certificate with some bytes overwritten; its signature is wrong, which nobody looks at here. */
function altered(reference: string, search: string, replacement: string): Der {
  const der = Buffer.from(certificate(reference))
  const at = der.lastIndexOf(Buffer.from(search, 'latin1'))
  if (at === -1) throw new Error(`nothing to alter in ${reference}`)
  Buffer.from(replacement, 'latin1').copy(der, at)
  return readCertificate(der.toString('base64')) as Der
}

const named = certificates.filter(({ subject_dn }) => subject_dn !== '')
const registered = certificates.flatMap(
  ({ name, tls_client_auth_matches, tls_client_auth_does_not_match }) => [
    ...(tls_client_auth_matches ?? []).map((entry) => ({ name, entry, matches: true })),
    ...(tls_client_auth_does_not_match ?? []).map((entry) => ({ name, entry, matches: false })),
  ],
)
const registeredNames = registered.flatMap(({ name, entry, matches }) => {
  const dn = entry['tls_client_auth_subject_dn']
  return dn === undefined ? [] : [{ name, dn, matches }]
})

test.each(named)('$name has the subject that OpenSSL prints', async (entry) => {
  const { subject } = await readSubject(certificate(entry.name))
  for (const dn of [entry.subject_dn, entry.subject_dn_ascii, entry.subject_dn_strict_rfc4514]) {
    expect(isSameName(await parseDistinguishedName(dn), subject)).toBe(true)
  }
})

test.each(registeredNames)(
  'whether the subject of $name equals $dn is $matches',
  async ({ name, dn, matches }) => {
    const { subject } = await readSubject(certificate(name))
    const equal = await parseDistinguishedName(dn).then(
      (registeredName) => isSameName(registeredName, subject),
      (error: unknown) => !(error instanceof MalformedDistinguishedName),
    )
    expect(equal).toBe(matches)
  },
)

test('a certificate without a subject has an empty one', async () => {
  expect((await readSubject(certificate('dn-empty-subject-san-only'))).subject).toEqual([])
})

test.each(certificates)('$name is valid from $not_before to $not_after', async (entry) => {
  const { notBefore, notAfter } = await readSubject(certificate(entry.name))
  expect([notBefore, notAfter]).toEqual([
    Date.parse(entry.not_before) / 1000,
    Date.parse(entry.not_after) / 1000,
  ])
})

test.each([
  ['rfc8705-appendix-a', 'CN=mtls', '2018-10-18T12:37:09Z', '2022-05-02T12:37:09Z', 'ec', 256],
  [
    'article',
    'CN=client.example.org,O=Client,L=Chiyoda-ku,ST=Tokyo,C=JP',
    '2020-05-11T11:07:23Z',
    '2021-05-11T11:07:23Z',
    'rsa',
    2048,
  ],
])('the X.509 v1 certificate of %s is read', async (folder, dn, from, to, keyType, keyBits) => {
  expect(await readSubject(certificate(`file:${folder}/certificate.pem`))).toEqual({
    subject: await parseDistinguishedName(dn),
    san: { dns: [], uri: [], email: [], ip: [] },
    notBefore: Date.parse(from) / 1000,
    notAfter: Date.parse(to) / 1000,
    isForClients: true,
    keyType,
    keyBits,
    publicExponent: keyType === 'rsa' ? 65537n : undefined,
  })
})

test('the same certificate gives the same object again', async () => {
  const first = await readSubject(certificate('client-ec-p256'))
  expect(await readSubject(certificate('client-ec-p256'))).toBe(first)
  expect(await readSubject(certificate('client-ec-p256-renewed'))).not.toBe(first)
})

test('a value that is not a string is read as its bytes', async () => {
  const { subject } = await readSubject(altered('client-other', '\x0c\x11other', '\x16\x11other'))
  expect(isSameName(subject, await parseDistinguishedName('CN=other.example.org,O=Client2,C=JP'))).toBe(true)
  const bits = await readSubject(altered('client-other', '\x0c\x11other', '\x03\x11\0ther'))
  expect(bits.subject.at(-1)).toEqual([`2.5.4.3#0311${Buffer.from('\0ther.example.org').toString('hex')}`])
})

test.each([
  ['a time with a character too few', '240101000000Z', '2401010000000'],
  ['a time with junk in front', '240101000000Z', 'xx0101000000Z'],
  ['a month that does not exist', '240101000000Z', '249901000000Z'],
  ['a time with an offset', '240101000000Z', '2401010000+00'],
  ['a GeneralizedTime without seconds', '\x17\x0d240101000000Z', '\x18\x0d202401010000Z'],
  ['a GeneralizedTime in local time', '\x17\x0d240101000000Z', '\x18\x0d20240101+0000'],
  ['a subject that is not UTF-8', '\x0c\x11other', '\x0c\x11\xff'],
  ['a subject of broken elements', '\x0c\x11other', '\x0c\x7fother'],
  ['an attribute type that is not an OID', '\x06\x03\x55\x04\x03\x0c\x11other', '\x04'],
  ['an RDN that is not a set', '\x31\x1a\x30\x18\x06\x03\x55\x04\x03\x0c\x11other', '\x30'],
])('a certificate with %s is refused', async (_name, search, replacement) => {
  const refusal = readSubject(altered('client-other', search, replacement))
  await expect(refusal).rejects.toThrow(new MalformedCertificate('not-a-certificate'))
})

const withNames = async (...names: Buffer[]) =>
  (await readSubject(await builtCertificate({ extensions: [alternativeNames(...names)] }))).san

test.each([
  ['a tag that no name has', element(0x89, 'x')],
  ['a tag of another class', element(0x42, 'x')],
  ['an INTEGER', element(0x02, '\x02')],
  ['an identifier that is not an OID', element(0x88, '\x80\x01')],
  ['a directory name that is not a name', element(0xa4, element(0x04, 'x'))],
])('no alternative name counts if one has %s', async (_what, broken) => {
  const good = element(0x82, 'client.example.org')
  expect((await withNames(good)).dns).toEqual(['client.example.org'])
  for (const names of [
    [good, broken],
    [broken, good],
  ]) {
    expect(await withNames(...names)).toEqual({ dns: [], uri: [], email: [], ip: [] })
  }
})

test('a certificate with hundreds of names is read, and one with thousands of elements is refused', async () => {
  const many = (count: number) => Array.from({ length: count }, () => element(0x82, 'a.example.org'))
  expect((await withNames(...many(500))).dns).toHaveLength(500)
  await expect(withNames(...many(1_000))).rejects.toThrow(new MalformedCertificate('not-a-certificate'))
  const nested = Array.from({ length: 40 }, () => element(0x04, 'x')).reduce((inner) => element(0x04, inner))
  const extensions = Array.from({ length: 100 }, (_, i) => ({ oid: `1.2.3.${String(i)}`, value: nested }))
  const heavy = readSubject(await builtCertificate({ extensions }))
  await expect(heavy).rejects.toThrow(new MalformedCertificate('not-a-certificate'))
})

const name = (hex: string) => readName(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

test('a name of one attribute is read', async () => {
  expect(await name('300c 310a 3008 0603550403 0c0158')).toEqual([['2.5.4.3=x']])
})

test.each([
  ['a type in a longer encoding', '300d 310b 3009 060480550403 0c0158'],
  ['a byte after the name', '300c 310a 3008 0603550403 0c0158 00'],
  ['no sequence', '310c 310a 3008 0603550403 0c0158'],
  ['an attribute without a value', '3009 3107 3005 0603550403'],
  ['a type that is text', '3010 310e 300c 0c07322e352e342e33 0c0158'],
  ['an attribute of three members', '300f 310d 300b 0603550403 0c0158 0c0158'],
  ['nothing', ''],
])('a name with %s is refused', async (_why, hex) => {
  await expect(name(hex)).rejects.toThrow(MalformedDistinguishedName)
})

test('a certificate with changed bytes gives a subject or MalformedCertificate', async () => {
  const der = certificate('dn-multi-valued-rdn')
  const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const changed = Buffer.from(der)
      for (const [at, value] of changes) changed[at] = value
      const outcome = await subjectOf(changed.toString('base64')).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(MalformedCertificate)
      else expect(outcome).toHaveProperty('subject')
    }),
    { numRuns: 300 },
  )

  async function subjectOf(text: string) {
    return await readSubject(readCertificate(text) as Der)
  }
})

test.each(Object.entries(issuerVectors.for_clients))(
  'whether the extended key usage of %s allows the authentication of a client is %s',
  async (name, expected) => {
    const read = readCertificate(issuerPem(name)) as Der
    expect((await readSubject(read)).isForClients).toBe(expected)
  },
)

const purposes = (...hex: string[]) =>
  hex.map((value) => ({ oid: '2.5.29.37', value: Buffer.from(value, 'hex') }))
const CLIENT_AUTH = '300a06082b06010505070302'

test.each([
  ['with clientAuth', [CLIENT_AUTH], true],
  ['that cannot be parsed', ['3003020101'], false],
  ['that is empty', ['3000'], false],
  ['that is there twice', [CLIENT_AUTH, CLIENT_AUTH], false],
])('an extended key usage %s allows the authentication of a client: %s', async (_, values, expected) => {
  const built = await builtCertificate({ extensions: purposes(...values) })
  expect((await readSubject(built)).isForClients).toBe(expected)
})
