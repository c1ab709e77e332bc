import { hash, X509Certificate } from 'node:crypto'
import { certificatePem } from '../support/vectors.ts'
import { OTHER, OWN, RENEWED } from '../support/walk.ts'

const certificate = (pem: string) => ({
  pem,
  thumbprint: hash('sha256', new X509Certificate(pem).raw, 'base64url'),
})

/** The CA that has issued all of them. */
export const ISSUER = certificatePem('ca-issuing')
export const OTHER_ISSUER = certificatePem('ca-other-root')

export const CERTIFICATES = {
  own: certificate(OWN),
  'own renewed': certificate(RENEWED),
  other: certificate(OTHER),
}

export const CERTIFICATE_NAMES = Object.keys(CERTIFICATES)

export const serialNumberOf = (pem: string) => new X509Certificate(pem).serialNumber
