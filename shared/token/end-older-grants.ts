import type { Client } from '../store/client.ts'
import type { Tokens } from '../store/grant.ts'
import type { Call } from '../call.ts'

/**
 * Where a subject may have one grant at a client (`singleAccessTokenPerSubject` on either side), the one that was just
 * stored ends those before it. They are found by the index, so one of the last moment may be missed (docs/store.md);
 * of two in the same second each ends the other, as none can be said to be older.
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
