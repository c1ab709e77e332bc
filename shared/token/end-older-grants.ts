import type { Client } from '../store/client.ts'
import type { Tokens } from '../store/grant.ts'
import type { Call } from '../runtime/call.ts'

/**
 * Ends the grants of a subject at a client that are not newer than this one, if `singleAccessTokenPerSubject` is on. The index
 * may lag behind and miss a very recent grant (docs/store.md). Two grants of the same second end each other, because it is not known
 * which is older.
 */
export async function endOlderGrants(
  { service: apiKey, client: clientId, grantId, terms: { subject }, createdAt }: Tokens,
  client: Client,
  { service, store: { grants } }: Call,
): Promise<void> {
  if (subject === undefined) return
  if (!service.singleAccessTokenPerSubject && !client.singleAccessTokenPerSubject) return
  const keys = await grants.list(apiKey, clientId, subject)
  const others = await grants.findTokens(keys.filter((key) => key.grantId !== grantId))
  const older = others.filter(({ grant }) => grant.createdAt <= createdAt)
  await Promise.all(older.map(({ grant }) => grants.revoke(grant)))
}
