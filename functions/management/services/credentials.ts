import { Refusal } from '../../../shared/refusal/refusal.ts'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import type { Service } from '../../../shared/store/service.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import type { CredentialWish } from './request.ts'

type Credential = Service['credentials'][number]

/** A wish, with a new secret if it asks for a new credential. */
export interface PreparedCredential extends CredentialWish {
  readonly secret: string | undefined
}

export function prepareCredentials(
  wishes: readonly CredentialWish[],
  random: (bytes: number) => Buffer,
): readonly PreparedCredential[] {
  return wishes.map((wish) => ({ ...wish, secret: wish.id === undefined ? newSecret(random) : undefined }))
}

/**
 * The credentials as wished; stored ones without a wish end.
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
