import { digest } from '../../../shared/store/digest.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import type { Registry } from '../../../shared/store/registry.ts'

/** The credentials of the owner, who manages the services of a deployment by v2 and v3. Secrets are shown once. */
export interface OwnerCredentials {
  readonly serviceOwnerApiKey: string
  readonly serviceOwnerApiSecret: string
  readonly organizationAccessToken: string
}

/** New credentials for the owner, in place of the previous ones. The key stays where one is given. */
export async function renewOwner(
  registry: Registry,
  random: (bytes: number) => Buffer,
  serviceOwnerApiKey = String(newNumber(random)),
): Promise<OwnerCredentials> {
  const [serviceOwnerApiSecret, organizationAccessToken] = [newSecret(random), newSecret(random)]
  const owner = { serviceOwnerApiKey, serviceOwnerApiSecret, organizationAccessToken }
  await putOwner(registry, owner)
  return owner
}

/** Replaces the previous owner. */
async function putOwner(registry: Registry, owner: OwnerCredentials): Promise<void> {
  await registry.putOwner({
    apiKey: owner.serviceOwnerApiKey,
    apiSecretDigest: digest(owner.serviceOwnerApiSecret),
    organizationTokenDigest: digest(owner.organizationAccessToken),
  })
}
