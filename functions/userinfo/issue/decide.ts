import type { Call } from '../../../shared/runtime/call.ts'
import { Refusal, refusalFor } from '../../../shared/refusal/refusal.ts'
import type { JsonObject } from '../../../shared/json.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { clientIdText } from '../../../shared/store/client-view.ts'
import { findAccessToken } from '../../../shared/token/find-token.ts'
import { lifeOf, REASONS_OF_LIFE } from '../../../shared/token/life.ts'
import { findPreferredKey, type SigningKey } from '../../../shared/token/sign.ts'
import { type GrantWithSubject, refusalOfUserinfo, requireSubject } from '../openid-token.ts'
import type { UserinfoIssueRequest } from './request.ts'
import { OPENID } from '../../../shared/token/scopes.ts'

export interface Userinfo {
  readonly sub: string
  readonly claims: JsonObject
  /** Present if the client is registered for signed responses. */
  readonly signature: (SigningKey & { readonly audience: string }) | undefined
}

/**
 * Makes the response of the userinfo endpoint. The token is checked once more, because it may have ended since `/auth/userinfo`. Only that
 * call checks possession, because Authlete's request has no member for a certificate here.
 *
 * @throws Refusal userinfo-…
 * @see OpenID Connect Core section 5.3.2
 */
export async function issueUserinfo(request: UserinfoIssueRequest, call: Call): Promise<Userinfo> {
  const grant = requireSubject(await liveToken(request.token, call))
  const sub = request.sub ?? grant.issuedIdToken?.sub ?? grant.terms.subject
  return { sub, claims: request.claims, signature: await signatureFor(grant, call) }
}

async function liveToken(token: string, call: Call): Promise<Tokens> {
  const found = await findAccessToken(token, call)
  if (typeof found === 'string') throw refusalOfUserinfo(refusalFor(found))
  const { grant } = found
  call.log.note({ client: grant.client })
  const reason = REASONS_OF_LIFE[await lifeOf(found, call, { certificate: 'note' })]
  if (reason !== undefined) throw refusalOfUserinfo(refusalFor(reason))
  if (!grant.accessScopes.includes(OPENID)) {
    throw new Refusal('userinfo-scope-missing', { challenge: { scope: OPENID } })
  }
  return grant
}

/** A client that is registered for signed responses gets only those. */
async function signatureFor(
  { client: number, clientIdAlias }: GrantWithSubject,
  call: Call,
): Promise<Userinfo['signature']> {
  const client = await call.store.registry.findClientByNumber(call.service.apiKey, number)
  if (client === undefined) throw new Refusal('userinfo-client-deleted')
  if (client.userInfoSignAlg === undefined) return undefined
  const key = await findPreferredKey(client.userInfoSignAlg, 'userInfoSignatureKeyId', call)
  if (key === undefined) throw new Refusal('userinfo-not-signed')
  return { ...key, audience: clientIdText(number, clientIdAlias) }
}
