import { X509Certificate } from 'node:crypto'
import { Certificate } from 'pkijs'
import { expect, test } from 'vitest'
import { isIssuedBy } from '../../../../shared/certificate/issuer.ts'
import { isCovered, readListed } from '../../../../shared/certificate/list/distribution-points.ts'
import { type CertificateList, readList } from '../../../../shared/certificate/list/list.ts'
import { RefusedList } from '../../../../shared/certificate/list/refused-list.ts'
import type { Der } from '../../../../shared/certificate/pem.ts'
import { vectorCertificate, vectorFile, vectorNames } from '../../../support/certificate-files.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z') / 1000

/** Its certificate is revoked, and an operator takes it from the issuers of the source (4.4.21). */
const REVOKED_ISSUER = 'SeparateCertificateandCRLKeysCA2CRLSigningCert.crt'

const files = vectorNames('pkits/certs')
const authorities = files
  .filter((name) => /(Cert|Certificate)\.crt$/.test(name) && name !== REVOKED_ISSUER)
  .map((name) => ({ name, der: vectorCertificate(`pkits/certs/${name}`) }))
const ends = files.filter((name) => name.endsWith('EE.crt'))

const subject = (der: Der) => new X509Certificate(der).subject

/** The lists that certbound uses, among those that PKITS has for an issuer. */
async function listsOf(issuer: (typeof authorities)[number]): Promise<CertificateList[]> {
  const issuers = authorities.map(({ der }) => der).filter((der) => subject(der) === subject(issuer.der))
  const prefix = issuer.name.replace(/(CertificateSigningCA)?Cert\.crt$/, '')
  const found = vectorNames('pkits/crls').filter((name) => name.startsWith(prefix))
  const read = found.map(async (name) => {
    try {
      return [await readList(vectorFile(`pkits/crls/${name}`), { issuers }, NOW)]
    } catch (error) {
      if (error instanceof RefusedList) return []
      throw error
    }
  })
  return (await Promise.all(read)).flat()
}

async function verdictOn(name: string): Promise<'good' | 'revoked' | 'late'> {
  const der = vectorCertificate(`pkits/certs/${name}`)
  const issuer = authorities.find((authority) => isIssuedBy(der, authority.der))
  const certificate = Certificate.fromBER(der)
  const known = issuer === undefined ? [] : await listsOf(issuer)
  const serial = Buffer.from(certificate.serialNumber.valueBlock.valueHexView)
  const isListed = known.some((list) => [...list.entries()].some((entry) => entry.serial.equals(serial)))
  if (isListed) return 'revoked'
  return isCovered(await readListed(der), known, NOW) ? 'good' : 'late'
}

/**
 * The results that differ from those of PKITS. Lists are refused for these reasons, so certificates that PKITS accepts count as late:
 * `indirect` lists, lists of only some reasons, lists of only CA certificates, and distribution points that are not URIs. Delta lists are
 * refused as well: a certificate that only a delta list revokes counts as good, and a hold that only a delta list removes counts as a hold.
 */
const DIFFERENCES: Readonly<Record<string, 'good' | 'revoked' | 'late'>> = {
  ValidIDPwithindirectCRLTest22EE: 'late',
  ValidIDPwithindirectCRLTest24EE: 'late',
  ValidIDPwithindirectCRLTest25EE: 'late',
  ValidcRLIssuerTest28EE: 'late',
  ValidcRLIssuerTest29EE: 'late',
  ValidcRLIssuerTest30EE: 'late',
  ValidcRLIssuerTest33EE: 'late',
  ValidonlySomeReasonsTest18EE: 'late',
  ValidonlySomeReasonsTest19EE: 'late',
  ValidonlyContainsCACertsTest13EE: 'late',
  ValiddistributionPointTest1EE: 'late',
  ValiddistributionPointTest4EE: 'late',
  ValiddistributionPointTest5EE: 'late',
  ValiddistributionPointTest7EE: 'late',
  InvaliddeltaCRLTest4EE: 'good',
  ValiddeltaCRLTest5EE: 'revoked',
}

test('67 certificates of PKITS are checked', () => {
  expect(ends).toHaveLength(67)
})

test.each(ends.map((file) => file.replace('.crt', '')))('PKITS: %s has the expected state', async (name) => {
  const verdict = await verdictOn(`${name}.crt`)
  const different = DIFFERENCES[name]
  if (different !== undefined) expect(verdict).toBe(different)
  else if (name.startsWith('Valid')) expect(verdict).toBe('good')
  else expect(verdict).not.toBe('good')
})
