import type { Call } from '../runtime/call.ts'
import type { Client } from '../store/client.ts'
import {
  ASSERTION_FAULTS,
  type AssertionFault,
  clientIdOfAssertion,
  type VerifiedAssertion,
  verifyClientAssertion,
} from './client-assertion.ts'
import { findInKeys } from './remote-jwks.ts'
import { type PresentedCredentials, refuseOtherCredentials } from './presented-credentials.ts'
import { Refusal } from '../refusal/refusal.ts'
import { settingsOf } from '../store/profile.ts'

/**
 * Reads the client ID of a request from its header, from its form or, if neither has one, from its assertion.
 *
 * @throws Refusal assertion-malformed
 */
export function namedClientId({ basic, form }: PresentedCredentials): string | undefined {
  const named = basic?.clientId ?? form.clientId
  if (named !== undefined || form.clientAssertion === undefined) return named
  const claimed = clientIdOfAssertion(form.clientAssertion)
  if (claimed === undefined) throw new Refusal('assertion-malformed')
  return claimed
}

/**
 * Authenticates a client with `private_key_jwt` (RFC 7523 section 3): a key of the client signed the assertion, it is meant
 * for this issuer, and it is used once. A refused assertion does not use up its `jti` (requirement I08).
 *
 * @throws Refusal assertion-…
 */
export async function authenticateWithAssertion(
  client: Client,
  presented: PresentedCredentials,
  call: Call,
): Promise<void> {
  const { basic, form } = presented
  const { service, store, now } = call
  if (client.clientType === 'PUBLIC') throw new Refusal('method-for-public')
  refuseOtherCredentials(client, basic?.clientSecret, form.clientSecret)
  const clientId = namedClientId(presented) ?? ''
  let fault: AssertionFault = 'key-unknown'
  // If no key verifies it, the client may have rotated its keys, so `findInKeys` fetches the set of `jwksUri` again.
  const verified = await findInKeys(client, call, (jwks): VerifiedAssertion | undefined => {
    const { issuer } = service
    const { audienceIsString } = settingsOf(service, client)
    const alg = client.tokenAuthSignAlg
    const expected = { clientId, issuer, audienceIsString, jwks, alg, now }
    const outcome = verifyClientAssertion(form, expected)
    if (typeof outcome !== 'string') return outcome
    fault = outcome
    return undefined
  })
  if (verified === undefined) throw new Refusal(ASSERTION_FAULTS[fault])
  const { jti, expiresAt } = verified
  const first = await store.proofs.useAssertion(service.apiKey, client.clientId, jti, expiresAt)
  if (!first) throw new Refusal('assertion-used')
}
