import { digest } from '../../shared/store/digest.ts'
import { newNumber, newSecret } from '../../shared/store/identity.ts'
import type { Registry } from '../../shared/store/registry.ts'

/** The credentials of the owner, who manages the services of a deployment by v2 and v3. Secrets are shown once. */
export type OwnerCredentials = Awaited<ReturnType<typeof renewOwner>>

/** New credentials for the owner, in place of the previous ones. The key stays where one is given. */
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
