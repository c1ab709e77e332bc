import { hash } from 'node:crypto'
import type { CodeChallenge } from '../store/grant.ts'
import { isSameText } from '../constant-time.ts'

/** RFC 7636 sections 4.1 and 4.2: verifiers and challenges have the same grammar. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

export function isVerifier(text: string): boolean {
  return VERIFIER.test(text)
}

/** RFC 7636 section 4.6. Only the method of the authorization request counts. */
export function verifies(verifier: string, challenge: CodeChallenge): boolean {
  const computed = challenge.method === 'S256' ? hash('sha256', verifier, 'base64url') : verifier
  return isSameText(computed, challenge.value)
}
