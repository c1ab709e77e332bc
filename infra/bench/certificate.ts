import { generateKeyPairSync } from 'node:crypto'
import { issueCertificate } from '../emulator/issue-certificate.ts'

const DAY_MILLISECONDS = 86_400_000

/** PEM of a self-signed client certificate with a P-256 key, as long as any. */
export function makeCertificate(): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const notBefore = new Date()
  const notAfter = new Date(notBefore.getTime() + DAY_MILLISECONDS)
  const template = { profile: 'client', commonName: 'bench', publicKey, notBefore, notAfter } as const
  return issueCertificate(template, { key: privateKey, publicKey })
}
