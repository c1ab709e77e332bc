import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { changeGrant } from '../find-grant.ts'
import { isLive } from '../../../shared/token/standing.ts'
import { requireClient, mapInBatches, listKeys } from '../list-keys.ts'
import type { ClientAuthorization } from '../request.ts'

export interface GrantedScopes {
  readonly client: Client
  readonly subject: string
  /** The live grants that count as a consent, the newest last. */
  readonly consents: readonly Tokens[]
}

/**
 * Finds the scopes that an end-user has granted to a client. The live grants are the only record of them. The index of grants may
 * lag behind (docs/store.md); then the end-user has to consent once more. Each grant is read again.
 *
 * @throws Refusal api-client-unknown
 */
export async function getGrantedScopes(request: ClientAuthorization, call: Call): Promise<GrantedScopes> {
  const { subject } = request
  const client = await requireClient(request.client, call)
  const { grants } = call.store
  const found = await grants.findTokens(await listKeys([client.clientId], subject, call))
  const live = found.filter((each) => isLive(each, call)).map(({ grant }) => grant)
  const consents = live.filter(({ terms }) => terms.consentForgotten !== true)
  return { client, subject, consents: consents.sort((a, b) => a.createdAt - b.createdAt) }
}

/**
 * Marks the grants so that they no longer count as a consent. Their tokens stay valid, and a later consent makes another grant.
 *
 * @throws Refusal api-client-unknown
 */
export async function forgetGrantedScopes(
  request: ClientAuthorization,
  call: Call,
): Promise<{ readonly client: Client }> {
  const { client, consents } = await getGrantedScopes(request, call)
  const { grants } = call.store
  await mapInBatches(consents, (consent) => {
    const find = async () => (await grants.findTokens([consent]))[0]
    const forget = (grant: Tokens) => ({
      grant: { ...grant, terms: { ...grant.terms, consentForgotten: true as const } },
    })
    return changeGrant(find, forget, call)
  })
  return { client }
}
