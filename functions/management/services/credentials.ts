import { Refusal } from '../../../shared/refusal/refusal.ts'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import type { Service } from '../../../shared/store/service.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import type { RequestedCredential } from './request.ts'

type Credential = Service['credentials'][number]

/** A requested credential. A new one has its secret. */
export interface PreparedCredential extends RequestedCredential {
  readonly secret: string | undefined
}

export function prepareCredentials(
  requested: readonly RequestedCredential[],
  random: (bytes: number) => Buffer,
): readonly PreparedCredential[] {
  return requested.map((one) => ({ ...one, secret: one.id === undefined ? newSecret(random) : undefined }))
}

/**
 * The credentials to store. Stored credentials that the request leaves out are removed.
 *
 * @throws Refusal service-value-unsupported for an unknown `id`
 */
export function credentialsFrom(
  prepared: readonly PreparedCredential[],
  stored: readonly Credential[],
): Credential[] {
  return prepared.map(({ id, role, expiresAt, secret }) => {
    const kept = stored.find((credential) => credentialId(credential) === id)?.digest
    const digested = secret === undefined ? kept : digest(secret)
    if (digested === undefined) throw new Refusal('service-value-unsupported', { named: 'credentials' })
    const end = expiresAt !== undefined ? { expiresAt: Math.floor(expiresAt / 1000) } : {}
    return { digest: digested, role, ...end }
  })
}
