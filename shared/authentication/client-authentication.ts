import type { Call } from '../runtime/call.ts'
import { AUTHENTICATION_METHODS } from '../store/authentication-methods.ts'
import type { Client } from '../store/client.ts'
import { parseNumber } from '../store/identity.ts'
import type { Service, TokenAuthMethod } from '../store/service.ts'
import {
  authenticateWithRegisteredCertificate,
  authenticateWithSubject,
} from './certificate-authentication.ts'
import { authenticateWithAssertion, namedClientId } from './assertion-authentication.ts'
import { settingsOf } from '../store/profile.ts'
import { type PresentedCredentials, refuseOtherCredentials } from './presented-credentials.ts'
import { Refusal } from '../refusal/refusal.ts'
import { digest } from '../store/digest.ts'
import { isSameText } from '../constant-time.ts'

export interface IdentifiedClient {
  readonly client: Client
  /** The client ID alias, if the request has it as its client ID. */
  readonly clientIdAlias: string | undefined
}

/**
 * Finds the client by the client ID in the request. A certificate never identifies a client (RFC 8705 section 2).
 *
 * @throws Refusal client-contradicted, client-unknown, client-alias-disabled, client-locked, client-breaks-fapi2,
 *   assertion-malformed, or `presented.unidentified`
 */
export async function identifyClient(presented: PresentedCredentials, call: Call): Promise<IdentifiedClient> {
  const named = namedClientId(presented)
  const { clientId } = presented.form
  if (named === undefined) throw new Refusal(presented.unidentified)
  if (clientId !== undefined && clientId !== named && !(await isPassedOnTwice(presented, call))) {
    throw new Refusal('client-contradicted')
  }
  const found = await findNamedClient(named, call)
  if (typeof found === 'string') throw new Refusal(CLIENT_FAULT_REASON[found])
  return found
}

/**
 * Whether the members of the call and `parameters` both have the credentials of one CLIENT_SECRET_POST client, once with its number and
 * once with its alias.
 */
async function isPassedOnTwice({ basic, form }: PresentedCredentials, call: Call): Promise<boolean> {
  if (basic?.clientId === undefined || form.clientId === undefined) return false
  if (basic.clientSecret === undefined || form.clientSecret === undefined) return false
  const inCall = await findNamedClient(basic.clientId, call)
  const inForm = await findNamedClient(form.clientId, call)
  if (typeof inCall === 'string' || typeof inForm === 'string') return false
  const { clientId, tokenAuthMethod } = inCall.client
  return clientId === inForm.client.clientId && tokenAuthMethod === 'CLIENT_SECRET_POST'
}

export const CLIENT_FAULT_REASON = {
  unknown: 'client-unknown',
  locked: 'client-locked',
  'breaks-fapi2': 'client-breaks-fapi2',
  'alias-disabled': 'client-alias-disabled',
} as const

/** @param named the number of the client in decimal, or its alias if service and client both enable aliases */
export async function findNamedClient(
  named: string,
  { service, store }: Call,
): Promise<IdentifiedClient | keyof typeof CLIENT_FAULT_REASON> {
  const client = await store.registry.findClient(service.apiKey, named)
  if (client === undefined) return 'unknown'
  const fault = faultOfClient(client, service)
  if (fault !== undefined) return fault
  if (parseNumber(named) !== undefined) return { client, clientIdAlias: undefined }
  if (!service.clientIdAliasEnabled || !client.clientIdAliasEnabled) return 'alias-disabled'
  return { client, clientIdAlias: named }
}

/** The reason to refuse a client regardless of its credentials, or `undefined` if it may authenticate. */
export function faultOfClient(client: Client, service: Service): 'locked' | 'breaks-fapi2' | undefined {
  if (client.locked) return 'locked'
  return settingsOf(service, client).violations.length > 0 ? 'breaks-fapi2' : undefined
}

/**
 * Authenticates the client with its registered method.
 *
 * @throws Refusal always with `invalid_client`
 * @see RFC 6749 section 2.3, RFC 8705 section 2
 */
export async function authenticateClient(
  client: Client,
  presented: PresentedCredentials,
  call: Call,
): Promise<void> {
  const method = client.tokenAuthMethod
  if (!settingsOf(call.service, client).supportedTokenAuthMethods.includes(method))
    throw new Refusal('method-unsupported', { named: method })
  await METHODS[method](client, presented, call)
  const { proves } = AUTHENTICATION_METHODS[method]
  if (client.weakSecret === true && proves === 'secret') call.log.note({ weakSecret: true })
}

type Authenticate = (client: Client, presented: PresentedCredentials, call: Call) => void | Promise<void>

const METHODS: Readonly<Record<TokenAuthMethod, Authenticate>> = {
  NONE: requireNoCredentials,
  CLIENT_SECRET_BASIC: authenticateWithHeaderSecret,
  CLIENT_SECRET_POST: authenticateWithFormSecret,
  TLS_CLIENT_AUTH: authenticateWithSubject,
  SELF_SIGNED_TLS_CLIENT_AUTH: authenticateWithRegisteredCertificate,
  PRIVATE_KEY_JWT: authenticateWithAssertion,
}

function requireNoCredentials(client: Client, { basic, form }: PresentedCredentials): void {
  if (client.clientType === 'CONFIDENTIAL') throw new Refusal('method-none-for-confidential')
  const credential = basic?.clientSecret ?? form.clientSecret ?? form.clientAssertion
  if (credential !== undefined) throw new Refusal('credentials-of-public')
}

function authenticateWithHeaderSecret(client: Client, { basic, form }: PresentedCredentials): void {
  refuseOtherCredentials(client, form.clientAssertion)
  if (basic?.clientId === undefined) throw new Refusal('client-secret-misplaced')
  requireSecret(client, basic.clientSecret)
}

/** The form must have the secret. If the members of a Web API call have one too, both must be right. */
function authenticateWithFormSecret(client: Client, { basic, form }: PresentedCredentials): void {
  refuseOtherCredentials(client, form.clientAssertion)
  requireSecret(client, form.clientSecret)
  if (basic?.clientSecret !== undefined) requireSecret(client, basic.clientSecret)
}

/** Compares in constant time. */
function requireSecret(client: Client, secret: string | undefined): void {
  if (client.clientType === 'PUBLIC') throw new Refusal('method-for-public')
  if (secret === undefined) throw new Refusal('client-secret-missing', { named: client.tokenAuthMethod })
  if (client.clientSecretDigest === undefined || !isSameText(digest(secret), client.clientSecretDigest)) {
    throw new Refusal('client-secret-wrong')
  }
}
