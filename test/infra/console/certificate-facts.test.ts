import { expect, test } from 'vitest'
import { pemOf } from '../../../infra/console/certificate-file.ts'
import {
  type CertificateDetails,
  type CertificateFacts,
  certificateFacts,
} from '../../../infra/console/pages/certificate/facts.ts'
import { membersOf, readDraft } from '../../../infra/console/pages/clients/draft.ts'
import { readSubject } from '../../../shared/certificate/names.ts'
import { matchesSan } from '../../../shared/certificate/subject-alternative-names.ts'
import { isSameName, parseDistinguishedName } from '../../../shared/certificate/subject-dn.ts'
import { element } from '../../support/built-certificate.ts'
import { alternativeNames, issued } from '../../support/certificate-chain.ts'
import { certificatePem, certificates, pemSpellings } from '../../support/vectors.ts'

async function factsOf(text: string): Promise<CertificateFacts & { readonly details: CertificateDetails }> {
  const facts = await certificateFacts(text)
  if ('fault' in facts || facts.details === undefined) throw new Error('the certificate must be readable')
  return { ...facts, details: facts.details }
}

/** The purposes that OpenSSL and Node write differently. */
const WRITTEN_OTHERWISE = ['dn-multi-valued-rdn', 'dn-email-and-unknown-oid', 'dn-embedded-nul']

test.each(certificates)('the facts of $name equal those that OpenSSL finds', async (expected) => {
  const facts = await factsOf(certificatePem(expected.name))
  const { details, pem, thumbprint } = facts
  expect([thumbprint, pem]).toEqual([expected['x5t#S256'], certificatePem(expected.name)])
  expect(details.serial.replaceAll(':', '')).toBe(expected.serial_hex)
  expect(new Date(details.notBefore).toISOString()).toBe(expected.not_before.replace('Z', '.000Z'))
  expect(new Date(details.notAfter).toISOString()).toBe(expected.not_after.replace('Z', '.000Z'))
  const { other: _, ...san } = expected.san
  expect(details.san).toEqual(san)
  if (!WRITTEN_OTHERWISE.includes(expected.name)) expect(details.subject).toBe(expected.subject_dn)
  expect(details.isSelfIssued).toBe(expected.self_issued)
})

test.each(certificates.filter(({ subject_dn }) => subject_dn !== ''))(
  'a client that is registered with a name of $name matches this certificate',
  async ({ name }) => {
    const { der, details } = await factsOf(certificatePem(name))
    const { subject, san } = await readSubject(der)
    expect(isSameName(await parseDistinguishedName(details.subject), subject)).toBe(true)
    for (const kind of ['dns', 'uri', 'ip', 'email'] as const)
      for (const value of details.san[kind])
        expect([value, matchesSan(kind, value, san)]).toEqual([value, true])
  },
)

/** The APIs refuse these spellings. The console accepts them, because it shows the certificate before it does anything with it. */
const READ_BESIDES = [
  ...['leading-text', 'bag-attributes', 'trailing-text', 'utf8-bom', 'single-quoted', 'double-quoted'],
  ...['two-certificates-leaf-first', 'two-certificates-issuer-first', 'same-certificate-twice'],
  ...['label-x509', 'label-pkcs7', 'nul-byte-after'],
]

test('every spelling and every chain gives the same certificate, or a message that contains nothing from the text', async () => {
  for (const { id, text, verdict, source, thumbprint_differs } of pemSpellings.spellings) {
    if (source === 'client-cert' || text === undefined || thumbprint_differs) continue
    const facts = await certificateFacts(text)
    if (verdict === 'accept' || READ_BESIDES.includes(id))
      expect(facts).toMatchObject({ thumbprint: pemSpellings['expected_x5t#S256'] })
    else
      expect([id, facts]).toEqual([
        id,
        {
          fault: expect.stringMatching(/^[A-Z].{15,200}\.$/) as string,
          others: id === 'two-different-leaves' ? [expect.any(Buffer), expect.any(Buffer)] : [],
        },
      ])
  }
})

test.each([
  ['a text', element(0x2c, Buffer.of(5, 0))],
  ['a text in the place of SignedData', element(0x30, Buffer.of(5, 0), element(0xa0, element(0x2c)))],
  ['a number in the place of SignedData', element(0x30, Buffer.of(5, 0), element(0xa0, element(0x2a)))],
])('%s that claims to be constructed is not PKCS #7', async (_, der) => {
  const text = `-----BEGIN PKCS7-----\n${der.toString('base64')}\n-----END PKCS7-----`
  expect(await certificateFacts(text)).toMatchObject({ fault: expect.any(String) as string })
})

test('a text of 2 MB with first lines only is refused', async () => {
  const text = '-----BEGIN A-----'.repeat(100_000)
  expect(await certificateFacts(text)).toMatchObject({ fault: expect.any(String) as string })
})

test('20 certificates may be a chain, and 21 are a bundle', async () => {
  const chain = [await issued('Root', undefined, {})]
  while (chain.length < 21) chain.push(await issued(`Holder ${chain.length}`, chain.at(-1), {}))
  const text = (parties: typeof chain) => parties.map(({ der }) => pemOf(der)).join('')
  expect(await certificateFacts(text(chain.slice(0, 20)))).toMatchObject({ der: chain[19]?.der })
  const bundle = await certificateFacts(text(chain))
  expect(bundle).toMatchObject({ fault: expect.any(String) as string })
  expect(bundle.others).toHaveLength(21)
})

test('a new client is registered with the only name in its certificate, and otherwise with a chosen one', async () => {
  const membersFor = async (certificate: string) => {
    const proof = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'TLS_CLIENT_AUTH', certificate }
    const form = new URLSearchParams(proof)
    return membersOf(form, await readDraft(form))
  }
  const { der } = await issued('Only', undefined, {})
  const dns = [alternativeNames(element(0x82, 'one.example'))]
  const { der: another } = await issued('Two', undefined, { extensions: dns })
  expect(await membersFor(der.toString('base64'))).toMatchObject({ tlsClientAuthSubjectDn: 'CN=Only' })
  expect(await membersFor(another.toString('base64'))).toEqual(
    new Error('Choose one of the names of the certificate.'),
  )
})
