import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
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
  now: EpochSeconds,
): Credential[] {
  return prepared.map(({ id, role, note, expiresAt, secret }) => {
    const made =
      secret === undefined ? undefined : { digest: digest(secret), createdAt: now, note: undefined }
    const known = made ?? stored.find((credential) => credentialId(credential) === id)
    if (known === undefined) throw new Refusal('service-value-unsupported', { named: 'credentials' })
    return {
      digest: known.digest,
      role,
      createdAt: known.createdAt,
      note: note === '' ? undefined : (note ?? known.note),
      expiresAt: expiresAt === undefined ? undefined : Math.floor(expiresAt / 1000),
    }
  })
}
