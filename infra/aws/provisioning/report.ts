import type { Service } from '../../../shared/store/service.ts'
import type { TableNames } from '../../tables/tables.ts'
import type { OwnerCredentials } from '../../management/owner.ts'
import type { NewSecrets, Present } from './provision.ts'
import type { RestoredState, RestoredService, RestoreOptions } from './restore.ts'

/** The parts that exist, and those that would be made. */
export function provisionPlan(
  { owner, service, clients }: Present,
  number: number,
  aliases: readonly string[],
): string[] {
  const action = (exists: boolean) => (exists ? 'exists, no change' : 'create')
  return [
    `  service ${number}: ${action(service !== undefined)}`,
    `  owner of the deployment: ${action(owner)}`,
    ...aliases.map((alias) => `  client ${alias}: ${action(clients.has(alias))}`),
  ]
}

/** New secrets in words. */
export function secretLines({ owner, service, client }: NewSecrets): string[] {
  return [
    ...(service === undefined ? [] : [`service ${service.serviceId}, issuer ${service.issuer}`]),
    ...(service?.credentials ?? []).map(({ role, secret }) => secretLine(role, secret)),
    ...ownerLines(owner),
    ...(client === undefined ? [] : [`client ${client.alias}: ${client.clientId}`]),
    ...(client?.clientSecret === undefined ? [] : [secretLine('secret', client.clientSecret)]),
  ]
}

const secretLine = (name: string, secret: string): string => `  ${name.padEnd(12)}${secret}`

function ownerLines(owner: OwnerCredentials | undefined): string[] {
  if (owner === undefined) return []
  return [
    'owner of the deployment',
    secretLine('key', owner.serviceOwnerApiKey),
    secretLine('secret', owner.serviceOwnerApiSecret),
    secretLine('token', owner.organizationAccessToken),
  ]
}

/** The changes that a restore would make. */
export function restorePlan(
  services: readonly Service[],
  { registryTable, grantsTable }: TableNames,
  { newClientSecrets, newSigningKey }: Pick<RestoreOptions, 'newClientSecrets' | 'newSigningKey'>,
): string[] {
  const keys = newSigningKey
    ? 'the signing keys of the backup are replaced, and no longer published'
    : 'the signing keys of the backup stay; --new-signing-key replaces them'
  return [
    `In ${registryTable} and ${grantsTable}:`,
    ...services.map(
      ({ apiKey, issuer }) => `  service ${apiKey}, ${issuer}: ends all tokens, replaces all credentials`,
    ),
    `  ${keys}`,
    `  clients that authenticate with a secret ${newClientSecrets ? 'get a new one' : 'keep the one of the backup'}`,
    '  the owner of the deployment gets new secrets',
  ]
}

interface Restored {
  readonly services: readonly RestoredService[]
  readonly owner: OwnerCredentials | undefined
}

/** New secrets in words, and the steps that are left. */
export function restoredLines({ services, owner }: Restored): string[] {
  return [...services.flatMap(serviceLines), ...ownerLines(owner)]
}

function serviceLines(service: RestoredService): string[] {
  const { apiKey, tokensNotBefore, credentials, fromBackup, newSigningKeys, clients } = service
  const until = new Date(tokensNotBefore * 1000).toISOString()
  const fate = newSigningKeys === undefined ? '' : ', no longer published'
  return [
    `service ${apiKey}: everything that was issued before ${until} has ended`,
    ...credentials.map(({ role, secret }) => secretLine(role, secret)),
    ...listed(`signing keys from the backup${fate}`, fromBackup.signingKeys),
    ...listed('new signing keys', newSigningKeys ?? []),
    ...listed('issuers of client certificates from the backup', fromBackup.issuers),
    ...listed('roots of client certificates from the backup', fromBackup.roots),
    ...clients.flatMap(clientLines),
  ]
}

function clientLines({ clientId, name, state, secret, fromBackup }: RestoredService['clients'][number]) {
  const { keys, jwksUri, names } = fromBackup
  return [
    `client ${clientId}${name === undefined ? '' : ` (${name})`}${STATES[state]}`,
    ...(secret === undefined ? [] : [secretLine('secret', secret)]),
    ...listed('keys from the backup', keys),
    ...listed('keys from the backup, read from', jwksUri === undefined ? [] : [jwksUri]),
    ...listed('certificate names from the backup', names),
  ]
}

const listed = (what: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`  ${what}: ${items.join('; ')}`]

const STATES = {
  kept: '',
  revived:
    ': revived and locked. Unlock it when you know that it may come back, with the keys that it has here',
  missing:
    ': has no state, so its tokens are not accepted. If it was deleted, delete it again; if not, --revive it',
} as const satisfies Record<RestoredState, string>
