import { digest } from '../../shared/store/digest.ts'
import { newNumber, newSecret } from '../../shared/store/identity.ts'
import type { OwnerCredential } from '../../shared/store/owner.ts'
import type { Registry } from '../../shared/store/registry.ts'
import { Complaint } from '../command.ts'

/** The credentials of the owner, who manages the services of a deployment with version 2 and 3 of the Web API. Secrets are shown once. */
export type OwnerCredentials = ReturnType<typeof newCredentials>['shown']

type Random = (bytes: number) => Buffer

function newCredentials(random: Random, serviceOwnerApiKey = String(newNumber(random))) {
  const [serviceOwnerApiSecret, organizationAccessToken] = [newSecret(random), newSecret(random)]
  const stored: OwnerCredential = {
    apiKey: serviceOwnerApiKey,
    apiSecretDigest: digest(serviceOwnerApiSecret),
    organizationTokenDigest: digest(organizationAccessToken),
  }
  return { stored, shown: { serviceOwnerApiKey, serviceOwnerApiSecret, organizationAccessToken } }
}

/** New credentials for the owner, in place of all previous ones. The key stays if one is given. */
export async function renewOwner(
  registry: Registry,
  random: Random,
  serviceOwnerApiKey?: string,
): Promise<OwnerCredentials> {
  const { stored, shown } = newCredentials(random, serviceOwnerApiKey)
  await registry.putOwner({ credentials: [stored] })
  return shown
}

/** While the callers move to the new credentials, the old ones stay valid. */
const MAX_CREDENTIALS = 2

/** Further credentials for the owner. @throws Complaint if the owner has two already */
export async function addOwner(registry: Registry, random: Random): Promise<OwnerCredentials> {
  const { stored, shown } = newCredentials(random)
  let keys: readonly string[] = []
  const changed = await registry.changeOwner(({ credentials }) => {
    keys = credentials.map(({ apiKey }) => apiKey)
    return keys.length < MAX_CREDENTIALS ? { credentials: [...credentials, stored] } : undefined
  })
  if (keys.length === 0) throw new Complaint('the deployment has no owner yet: npm run provision makes one')
  if (changed === undefined) {
    const remedy = keys.map((key) => `--remove-owner ${key}`).join(' or ')
    throw new Complaint(
      `the owner has ${keys.length} credentials already: provision -- ${remedy} removes one`,
    )
  }
  return shown
}

/** Removes credentials of the owner. @throws Complaint if the owner has no others */
export async function removeOwner(registry: Registry, apiKey: string): Promise<void> {
  const changed = await registry.changeOwner(({ credentials }) => {
    const others = credentials.filter((one) => one.apiKey !== apiKey)
    return others.length === credentials.length || others.length === 0 ? undefined : { credentials: others }
  })
  if (changed === undefined)
    throw new Complaint(
      `the owner has no credentials with the key ${apiKey}, or no others: --new-owner makes others`,
    )
}
