import { digest } from '../../../shared/store/digest.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import { type ClientWithSecret, findNamed } from './decide.ts'
import type { ClientNamed } from './request.ts'

/** The formats of client secrets that a caller sets (docs/differences.md). */
const SECRET = /^[A-Za-z0-9_-]{32,86}$/
const WEAK_SECRET = /^[A-Za-z0-9_-]{16,31}$/

/**
 * Makes a new secret. Tokens stay valid. Other processes accept the old secret until their caches expire.
 *
 * @throws Refusal if the client is unknown
 */
export async function refreshSecret(named: ClientNamed, call: Call): Promise<ClientWithSecret> {
  const client = await findNamed(named, 'client-unknown-at-secret-refresh', call)
  const replacement = { secret: newSecret(call.random), isWeak: false }
  return replaceSecret(client, replacement, 'client-unknown-at-secret-refresh', call)
}

/**
 * Sets a secret. Only a service that allows it takes a short one, and the record says so.
 *
 * @throws Refusal client-secret-malformed, or if the client is unknown
 */
export async function updateSecret(
  request: ClientNamed & { readonly secret: string },
  call: Call,
): Promise<ClientWithSecret> {
  const client = await findNamed(request, 'client-unknown-at-secret-update', call)
  const { secret } = request
  const isWeak = settingsOf(call.service).shortClientSecretsAllowed && WEAK_SECRET.test(secret)
  if (!isWeak && !SECRET.test(secret)) throw new Refusal('client-secret-malformed')
  if (isWeak) call.log.note({ weakSecret: true })
  return replaceSecret(client, { secret, isWeak }, 'client-unknown-at-secret-update', call)
}

async function replaceSecret(
  { clientId }: StoredClient,
  { secret, isWeak }: { readonly secret: string; readonly isWeak: boolean },
  unknown: Reason,
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
