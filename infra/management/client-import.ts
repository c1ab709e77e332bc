import OPEN_API from '../../docs/openapi.json' with { type: 'json' }
import { readRecord } from '../../functions/management/clients/record.ts'
import { readClient } from '../../functions/management/clients/request.ts'
import { isWeakSecret } from '../../functions/management/clients/secrets.ts'
import type { JsonObject } from '../../shared/json.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { AUTHENTICATION_METHODS } from '../../shared/store/authentication-methods.ts'
import { Client, type StoredClient } from '../../shared/store/client.ts'
import { digest } from '../../shared/store/digest.ts'
import { newSecret, parseNumber } from '../../shared/store/identity.ts'
import type { Service, StoredService } from '../../shared/store/service.ts'
import { Complaint } from '../command.ts'
import { isSame, leftLines, offered, otherContent, sorted, without } from './offered-members.ts'
import { problemsOfClient } from './problems.ts'
import { requestOf } from './request.ts'

/** The service into which clients are imported. */
export interface ImportService {
  readonly number: number
  readonly service: StoredService
}

/** @returns the client to create; `undefined` if it exists or cannot be imported @throws Complaint */
export async function checkClient(
  { clientId, clientSecret, number: _, serviceNumber: __, ...all }: JsonObject,
  { number, service }: ImportService,
  { store, now, random }: Runtime,
  lines: string[],
): Promise<StoredClient | undefined> {
  const id = String(clientId)
  const cannotCome = (why: string): undefined => {
    lines.push(`client ${id} of service ${number} cannot be imported: ${why}`)
  }
  const clientNumber = parseNumber(id)
  if (clientNumber === undefined) {
    cannotCome('its ID is not a number of 1 to 15 digits')
    return
  }
  // If there is no alias, Authlete returns the ID.
  const members = all['clientIdAlias'] === id ? without(all, ['clientIdAlias']) : all
  const { right, left } = offered(members, OPEN_API.components.schemas.ClientSettings.properties)
  const { problems } = await problemsOfClient(right, service)
  const { refused, dropped } = sorted(problems)
  if (refused.length > 0) {
    cannotCome(refused.map(({ what }) => what).join(' '))
    return
  }
  const request = readClient(requestOf(without(right, dropped)))
  const clientIdAliasEnabled = right['clientIdAliasEnabled'] === true
  const settings = { ...request.settings, clientIdAliasEnabled }
  const record = await readRecord({ ...request, settings }, service)
  const usesSecret = AUTHENTICATION_METHODS[record.tokenAuthMethod ?? 'NONE'].needs === 'secret'
  const secret = storable(clientSecret, service)
  if (secret === undefined && usesSecret) {
    cannotCome('the form of its secret is not allowed here')
    return
  }
  const client = Client.parse({
    ...record,
    clientId: clientNumber,
    clientSecretDigest: digest(secret?.text ?? newSecret(random)),
    ...(secret?.isWeak === true && { weakSecret: true }),
    ...{ createdAt: now(), modifiedAt: now() },
  })
  const before = await store.registry.findCurrentClient(number, id)
  if (before !== undefined && !isSameClient(before, client, secret !== undefined))
    throw otherContent(`client ${id} of service ${number}`)
  const { clientIdAlias } = client
  const isTaken =
    before === undefined &&
    clientIdAlias !== undefined &&
    (await store.registry.isAliasTaken(number, clientIdAlias))
  if (isTaken) throw new Complaint(`client ${id} of service ${number}: another client uses its alias`)
  lines.push(`client ${id} of service ${number}: ${before === undefined ? 'create' : 'exists, no change'}`)
  lines.push(...leftLines([...left, ...dropped]))
  return before === undefined ? client : undefined
}

/** @returns `undefined` if the secret cannot be kept */
function storable(secret: unknown, service: Service) {
  if (typeof secret !== 'string') return undefined
  try {
    return { text: secret, isWeak: isWeakSecret(secret, service) }
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

export async function writeClient(
  service: number,
  client: StoredClient,
  { store, now }: Runtime,
): Promise<void> {
  if (await store.clients.create(service, client, now())) return
  throw new Complaint(
    `client ${client.clientId} of service ${service}: its ID or its alias is now used by another client`,
  )
}

/** A secret that cannot be imported was replaced with an unknown one. */
function isSameClient(before: StoredClient, after: StoredClient, hasSecret: boolean): boolean {
  return isSame(before, after, ['createdAt', 'modifiedAt', ...(hasSecret ? [] : ['clientSecretDigest'])])
}
