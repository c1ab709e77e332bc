import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { chainFault } from '../../../../shared/certificate/path/chain.ts'
import { type Der, readCertificate } from '../../../../shared/certificate/pem.ts'
import { load } from '../../../support/vectors.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z') / 1000

const { paths, certificates } = load(
  'pkits/paths.json',
  z.strictObject({
    about: z.string(),
    paths: z.record(z.string(), z.array(z.string())),
    certificates: z.record(z.string(), z.string()),
  }),
)

const der = (name: string) => readCertificate(certificates[name]) as Der

/** Valid paths that are refused: the key is a DSA key, or pkijs is stricter than RFC 5280 about policies and self-issued certificates. */
const DIFFERENCES: Readonly<Record<string, 'no-path' | 'path-invalid'>> = {
  ValidDSASignaturesTest4EE: 'no-path',
  ValidDSAParameterInheritanceTest5EE: 'no-path',
  ValidDNnameConstraintsTest19EE: 'path-invalid',
  ValidPolicyMappingTest9EE: 'path-invalid',
  ValidPolicyMappingTest14EE: 'path-invalid',
  ValidinhibitPolicyMappingTest4EE: 'path-invalid',
  ValidSelfIssuedinhibitAnyPolicyTest7EE: 'path-invalid',
  ValidSelfIssuedinhibitAnyPolicyTest9EE: 'path-invalid',
  ValidSelfIssuedinhibitPolicyMappingTest7EE: 'path-invalid',
  ValidSelfIssuedrequireExplicitPolicyTest6EE: 'path-invalid',
}

test('132 paths of PKITS are checked', () => {
  expect(Object.keys(paths)).toHaveLength(132)
})

test.each(Object.entries(paths))(
  'PKITS: the path of %s is accepted only if it is valid',
  async (name, above) => {
    const fault = await chainFault(der(name), [der('TrustAnchorRootCertificate')], above.map(der), NOW)
    const different = DIFFERENCES[name]
    if (different !== undefined) expect(fault).toBe(different)
    else if (name.startsWith('Valid')) expect(fault).toBeUndefined()
    else expect(fault).toMatch(/^(no-path|path-invalid)$/)
  },
)
