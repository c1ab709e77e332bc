import { digest } from '../../../shared/store/digest.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { findRequestedClient, type RequestedClient } from '../requested-client.ts'
import type { ClientWithSecret } from './decide.ts'

/** The formats of client secrets that a caller sets (docs/differences.md). */
const SECRET = /^[A-Za-z0-9_-]{32,86}$/
const WEAK_SECRET = /^[A-Za-z0-9_-]{16,31}$/

/**
 * Makes a new secret. Tokens stay valid. Other processes accept the old secret until their caches expire.
 *
 * @throws Refusal if the client is unknown
 */
export async function refreshSecret(named: RequestedClient, call: Call): Promise<ClientWithSecret> {
  const client = await findRequestedClient(named, call)
  return replaceSecret(client, { ...named, secret: newSecret(call.random), isWeak: false }, call)
}

/**
 * Sets a secret. A short one needs a setting of the service, and the record marks it as weak.
 *
 * @throws Refusal client-secret-malformed, or if the client is unknown
 */
export async function updateSecret(
  request: RequestedClient & { readonly secret: string },
  call: Call,
): Promise<ClientWithSecret> {
  const client = await findRequestedClient(request, call)
  const { secret } = request
  const isWeak = isWeakSecret(secret, call.service)
  if (isWeak) call.log.note({ weakSecret: true })
  return replaceSecret(client, { ...request, isWeak }, call)
}

/** Whether a secret that a caller sets is short. @throws Refusal client-secret-malformed */
export function isWeakSecret(secret: string, service: Service): boolean {
  const isWeak = settingsOf(service).shortClientSecretsAllowed && WEAK_SECRET.test(secret)
  if (!isWeak && !SECRET.test(secret)) throw new Refusal('client-secret-malformed')
  return isWeak
}

async function replaceSecret(
  { clientId }: StoredClient,
  { secret, isWeak, unknown }: RequestedClient & { readonly secret: string; readonly isWeak: boolean },
  { service: { apiKey }, store, now }: Call,
): Promise<ClientWithSecret> {
  const client = await store.registry.changeClient(apiKey, clientId, (current) => ({
    ...current,
    clientSecretDigest: digest(secret),
    weakSecret: isWeak ? true : undefined,
    modifiedAt: now,
  }))
  if (client === undefined) throw new Refusal(unknown)
  return { client, secret }
}
