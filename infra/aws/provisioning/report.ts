import type { Service } from '../../../shared/store/service.ts'
import type { TableNames } from '../../tables/tables.ts'
import type { OwnerCredentials } from '../../management/owner.ts'
import type { NewSecrets, Present } from './provision.ts'
import type { RestoredState, RestoredService, RestoreOptions } from './restore.ts'

/** The lines of the plan: the parts that exist and those that will be created. */
export function provisionPlan(
  { owner, service, missingEndpoints, clients }: Present,
  number: number,
  aliases: readonly string[],
): string[] {
  const action = (exists: boolean) => (exists ? 'exists, no change' : 'create')
  const added = Object.keys(missingEndpoints)
  return [
    `  service ${number}: ${added.length > 0 ? `add ${added.join(', ')}` : action(service !== undefined)}`,
    `  owner of the deployment: ${action(owner)}`,
    ...aliases.map((alias) => `  client ${alias}: ${action(clients.has(alias))}`),
  ]
}

/** The lines that show new secrets. */
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

/** The lines of the plan of a restore. */
export function restorePlan(
  services: readonly Service[],
  { registryTable, grantsTable }: TableNames,
  {
    newClientSecrets,
    newSigningKey,
    former,
  }: Pick<RestoreOptions, 'newClientSecrets' | 'newSigningKey'> & { readonly former: string | undefined },
): string[] {
  const keys = newSigningKey
    ? 'the signing keys of the backup are replaced and no longer published'
    : 'the signing keys of the backup are kept; --new-signing-key replaces them'
  return [
    `In ${registryTable} and ${grantsTable}:`,
    ...services.map(
      ({ apiKey, issuer }) =>
        `  service ${apiKey}, ${issuer}: all tokens are revoked, all credentials are replaced`,
    ),
    `  ${keys}`,
    `  clients that authenticate with a secret ${newClientSecrets ? 'get a new one' : 'keep the one of the backup'}`,
    '  the owner of the deployment gets new secrets',
    `  revoked certificates are copied from the states of the clients${former === undefined ? '' : ` and from ${former}`}`,
  ]
}

interface Restored {
  readonly services: readonly RestoredService[]
  readonly owner: OwnerCredentials | undefined
}

/** The lines that show new secrets and the remaining steps. */
export function restoredLines({ services, owner }: Restored): string[] {
  return [...services.flatMap(serviceLines), ...ownerLines(owner)]
}

function serviceLines(service: RestoredService): string[] {
  const { apiKey, tokensNotBefore, credentials, fromBackup, newSigningKeys, clients, revocations } = service
  const until = new Date(tokensNotBefore * 1000).toISOString()
  const fate = newSigningKeys === undefined ? '' : ', no longer published'
  return [
    `service ${apiKey}: everything that was issued before ${until} is revoked`,
    ...credentials.map(({ role, secret }) => secretLine(role, secret)),
    ...listLines(`signing keys from the backup${fate}`, fromBackup.signingKeys),
    ...listLines('new signing keys', newSigningKeys ?? []),
    ...listLines('issuers of client certificates from the backup', fromBackup.issuers),
    ...listLines('roots of client certificates from the backup', fromBackup.roots),
    ...revocationLines(revocations),
    ...clients.flatMap(clientLines),
  ]
}

function revocationLines({ copied, dates, holds, unread, unwritten }: RestoredService['revocations']) {
  return [
    ...listLines('revoked certificates that the backup lacked', copied),
    ...listLines('dates for certificates of an issuer that the backup lacked', dates),
    ...listLines('certificates on hold, also if the hold was lifted after the backup', holds),
    ...listLines('revocations that could not be read', unread),
    ...listLines(
      'certificates whose revocation could not be written into the states of all clients',
      unwritten,
    ),
  ]
}

function clientLines({ clientId, name, state, secret, fromBackup }: RestoredService['clients'][number]) {
  const { keys, jwksUri, names, issuers } = fromBackup
  return [
    `client ${clientId}${name === undefined ? '' : ` (${name})`}${STATES[state]}`,
    ...(secret === undefined ? [] : [secretLine('secret', secret)]),
    ...listLines('keys from the backup', keys),
    ...listLines('keys from the backup, read from', jwksUri === undefined ? [] : [jwksUri]),
    ...listLines('certificate names from the backup', names),
    ...listLines('issuers of the certificate from the backup', issuers),
  ]
}

const listLines = (what: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`  ${what}: ${items.join('; ')}`]

const STATES = {
  kept: '',
  revived: ': revived and locked. Check that the client and the keys below may be used, then unlock it',
  damaged:
    ': its state cannot be read, so its tokens are refused, and it is locked. Delete it, and create it again',
  missing:
    ': has no state, so its tokens are refused. If it was deleted, delete it again; otherwise use --revive',
} as const satisfies Record<RestoredState, string>
