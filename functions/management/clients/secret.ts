import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Call } from '../../../shared/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import { findNamed } from './decide.ts'
import type { ClientNamed } from './request.ts'

/** The format of a client secret that a caller sets (docs/differences.md). */
const SECRET = /^[A-Za-z0-9_-]{32,86}$/

export interface ReplacedSecret {
  readonly client: Client
  readonly secret: string
}

/** Makes a new secret. Tokens stay valid. Other processes accept the old secret until their caches expire. @throws Refusal if the client is unknown */
export async function refreshSecret(named: ClientNamed, call: Call): Promise<ReplacedSecret> {
  const client = await findNamed(named, 'client-unknown-at-secret-refresh', call)
  return replaceSecret(client, newSecret(call.random), 'client-unknown-at-secret-refresh', call)
}

/** @throws Refusal client-secret-malformed, or if the client is unknown */
export async function updateSecret(
  request: ClientNamed & { readonly secret: string },
  call: Call,
): Promise<ReplacedSecret> {
  const client = await findNamed(request, 'client-unknown-at-secret-update', call)
  if (!SECRET.test(request.secret)) throw new Refusal('client-secret-malformed')
  return replaceSecret(client, request.secret, 'client-unknown-at-secret-update', call)
}

async function replaceSecret(
  { clientId }: Client,
  secret: string,
  unknown: Reason,
  { service: { apiKey }, store, now }: Call,
): Promise<ReplacedSecret> {
  const client = await store.registry.changeClient(apiKey, clientId, (current) => ({
    ...current,
    clientSecretDigest: digest(secret),
    modifiedAt: now,
  }))
  if (client === undefined) throw new Refusal(unknown)
  return { client, secret }
}
