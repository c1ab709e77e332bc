import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { changeGrant, lives } from '../find-grant.ts'
import { clientNamed, inBatches, listKeys } from '../list-keys.ts'
import type { ClientAuthorization } from '../request.ts'

export interface GrantedScopes {
  readonly client: Client
  readonly subject: string
  /** The living grants that count, the newest last. */
  readonly consents: readonly Tokens[]
}

/**
 * What an end-user has granted to a client: there is no record of it beside the grants that live. The index that lists them may
 * lag behind (docs/store.md), and then the end-user is asked once more. Each grant is read again.
 *
 * @throws Refusal api-client-unknown
 */
export async function getGrantedScopes(request: ClientAuthorization, call: Call): Promise<GrantedScopes> {
  const { subject } = request
  const client = await clientNamed(request.client, call)
  const { grants } = call.store
  const found = await grants.findTokens(await listKeys([client.clientId], subject, call))
  const consents = found.filter((each) => lives(each, call) && counts(each.grant)).map(({ grant }) => grant)
  return { client, subject, consents: consents.sort((a, b) => a.createdAt - b.createdAt) }
}

/**
 * Marks the grants so that they no longer count. Their tokens go on, and a later consent is another grant, which counts.
 *
 * @throws Refusal api-client-unknown
 */
export async function forgetGrantedScopes(
  request: ClientAuthorization,
  call: Call,
): Promise<{ readonly client: Client }> {
  const { client, consents } = await getGrantedScopes(request, call)
  const { grants } = call.store
  await inBatches(consents, (consent) => {
    const find = async () => (await grants.findTokens([consent]))[0]
    return changeGrant(find, (grant) => ({ grant: forgotten(grant) }), call)
  })
  return { client }
}

function counts({ terms: { consentForgotten } }: Tokens): boolean {
  return consentForgotten !== true
}

function forgotten(grant: Tokens): Tokens {
  return { ...grant, terms: { ...grant.terms, consentForgotten: true } }
}
