import { digest } from '../../shared/store/digest.ts'
import { newNumber, newSecret } from '../../shared/store/identity.ts'
import type { Registry } from '../../shared/store/registry.ts'

/** The credentials of the owner, who manages the services of a deployment with version 2 and 3 of the Web API. Secrets are shown once. */
export type OwnerCredentials = Awaited<ReturnType<typeof renewOwner>>

/** Replaces the credentials of the owner. The key is kept if it is an argument. */
export async function renewOwner(
  registry: Registry,
  random: (bytes: number) => Buffer,
  serviceOwnerApiKey = String(newNumber(random)),
) {
  const [serviceOwnerApiSecret, organizationAccessToken] = [newSecret(random), newSecret(random)]
  await registry.putOwner({
    apiKey: serviceOwnerApiKey,
    apiSecretDigest: digest(serviceOwnerApiSecret),
    organizationTokenDigest: digest(organizationAccessToken),
  })
  return { serviceOwnerApiKey, serviceOwnerApiSecret, organizationAccessToken }
}
