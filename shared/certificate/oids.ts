/** Extensions of certificates (RFC 5280 section 4.2.1). */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
} as const

/** Extensions of certificate lists that are understood (RFC 5280 section 5.2). */
export const LIST_EXTENSION = {
  cRLNumber: '2.5.29.20',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
} as const

/** Purposes in an extended key usage (RFC 5280 section 4.2.1.12). */
export const PURPOSE = { clientAuth: '1.3.6.1.5.5.7.3.2', any: '2.5.29.37.0' } as const

/** An attribute of distinguished names (RFC 2985). */
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'
