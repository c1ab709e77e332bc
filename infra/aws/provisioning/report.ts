import type { Service } from '../../../shared/store/service.ts'
import type { TableNames } from '../deployment/local-tables.ts'
import type { Made, Present } from './provision.ts'
import type { RestoredOwner, RestoredService } from './restore.ts'

/** What is there, and what would be made. */
export function planLines(
  { owner, service, clients }: Present,
  number: number,
  aliases: readonly string[],
): string[] {
  const says = (isThere: boolean) => (isThere ? 'is there and stays as it is' : 'is made')
  return [
    `  service ${String(number)}: ${says(service !== undefined)}`,
    `  owner of the deployment: ${says(owner)}`,
    ...aliases.map((alias) => `  client ${alias}: ${says(clients.has(alias))}`),
  ]
}

/** Secrets for the eyes of who asked for them. */
export function madeLines({ owner, service, client }: Made): string[] {
  return [
    ...(service === undefined ? [] : [`service ${String(service.serviceId)}, issuer ${service.issuer}`]),
    ...(service?.credentials ?? []).map(({ role, secret }) => `  ${role.padEnd(12)}${secret}`),
    ...(owner === undefined
      ? []
      : [
          'owner of the deployment',
          `  key         ${owner.serviceOwnerApiKey}`,
          `  secret      ${owner.serviceOwnerApiSecret}`,
          `  token       ${owner.organizationAccessToken}`,
        ]),
    ...(client === undefined ? [] : [`client ${client.alias}: ${String(client.clientId)}`]),
    ...(client?.clientSecret === undefined ? [] : [`  secret      ${client.clientSecret}`]),
  ]
}

/** What a restore would do. */
export function restorePlan(
  services: readonly Service[],
  { registryTable, grantsTable }: TableNames,
  newClientSecrets: boolean,
): string[] {
  return [
    `In ${registryTable} and ${grantsTable}:`,
    ...services.map(
      ({ apiKey, issuer }) =>
        `  service ${String(apiKey)}, ${issuer}: all its tokens end, its credentials are new`,
    ),
    `  clients that authenticate with a secret ${newClientSecrets ? 'get a new one' : 'keep the one of the backup'}`,
    '  the owner of the deployment gets new secrets',
  ]
}

interface Restored {
  readonly services: readonly RestoredService[]
  readonly owner: RestoredOwner | undefined
}

/** Secrets for the eyes of who asked for them, and what is left to be done. */
export function restoredLines({ services, owner }: Restored): string[] {
  return [
    ...services.flatMap(serviceLines),
    ...(owner === undefined
      ? []
      : [
          `owner of the deployment: ${owner.serviceOwnerApiKey}`,
          `  secret      ${owner.serviceOwnerApiSecret}`,
          `  token       ${owner.organizationAccessToken}`,
        ]),
  ]
}

function serviceLines({ apiKey, tokensNotBefore, credentials, clients }: RestoredService): string[] {
  const until = new Date(tokensNotBefore * 1000).toISOString()
  return [
    `service ${String(apiKey)}: what was issued before ${until} has ended`,
    ...credentials.map(({ role, secret }) => `  ${role.padEnd(12)}${secret}`),
    ...clients.flatMap(({ clientId, name, state, secret }) => [
      `client ${String(clientId)}${name === undefined ? '' : ` (${name})`}${STATES[state]}`,
      ...(secret === undefined ? [] : [`  secret      ${secret}`]),
    ]),
  ]
}

const STATES = {
  kept: '',
  revived: ': revived',
  missing: ': has no state, so that nothing of it lives. Delete it if it was deleted before, or --revive it',
} as const satisfies Record<RestoredService['clients'][number]['state'], string>
