import { digest } from '../../../shared/store/digest.ts'
import type { Registry } from '../../../shared/store/registry.ts'

/** Who manages the services of a deployment, by v2 and by v3; secrets are shown once. */
export interface OwnerCredentials {
  readonly serviceOwnerApiKey: string
  readonly serviceOwnerApiSecret: string
  readonly organizationAccessToken: string
}

/** Whoever was the owner before is not any longer. */
export async function putOwner(registry: Registry, owner: OwnerCredentials): Promise<void> {
  await registry.putOwner({
    apiKey: owner.serviceOwnerApiKey,
    apiSecretDigest: digest(owner.serviceOwnerApiSecret),
    organizationTokenDigest: digest(owner.organizationAccessToken),
  })
}
