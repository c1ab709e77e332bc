import type { Call } from '../call.ts'
import type { Client } from '../store/client.ts'
import {
  type AssertionFault,
  clientIdOfAssertion,
  type VerifiedAssertion,
  verifyClientAssertion,
} from './client-assertion.ts'
import { findInKeys } from './client-keys.ts'
import { type PresentedCredentials, refuseOtherCredentials } from './presented-credentials.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'

const FAULT_REASON = {
  'type-missing': 'assertion-type-missing',
  'type-unsupported': 'assertion-type-unsupported',
  'assertion-missing': 'assertion-missing',
  malformed: 'assertion-malformed',
  'typ-wrong': 'assertion-malformed',
  'crit-unknown': 'assertion-malformed',
  'kid-malformed': 'assertion-malformed',
  'algorithm-wrong': 'assertion-algorithm-wrong',
  'key-unknown': 'assertion-signature-wrong',
  'signature-wrong': 'assertion-signature-wrong',
  'iss-wrong': 'assertion-party-wrong',
  'sub-wrong': 'assertion-party-wrong',
  'aud-wrong': 'assertion-audience-wrong',
  'exp-missing': 'assertion-without-end',
  'exp-malformed': 'assertion-time-wrong',
  'exp-past': 'assertion-time-wrong',
  'exp-far': 'assertion-time-wrong',
  'nbf-malformed': 'assertion-time-wrong',
  'nbf-future': 'assertion-time-wrong',
  'iat-malformed': 'assertion-time-wrong',
  'iat-future': 'assertion-time-wrong',
  'jti-missing': 'assertion-without-jti',
  'jti-malformed': 'assertion-without-jti',
} as const satisfies Record<AssertionFault, Reason>

/**
 * The client ID in a request: from its header, from its form or, if both have none, from its assertion.
 *
 * @throws Refusal assertion-malformed
 */
export function namedClient({ basic, form }: PresentedCredentials): string | undefined {
  const named = basic?.clientId ?? form.clientId
  if (named !== undefined || form.clientAssertion === undefined) return named
  const claimed = clientIdOfAssertion(form.clientAssertion)
  if (typeof claimed === 'string') throw new Refusal('assertion-malformed')
  return claimed.clientId
}

/**
 * Authenticates a client by `private_key_jwt` (RFC 7523 section 3): a key of the client signed the assertion, it is meant
 * for this issuer, and it is used once. An assertion that is refused does not use up its `jti` (requirement I08).
 *
 * @throws Refusal assertion-…
 */
export async function byAssertion(
  client: Client,
  presented: PresentedCredentials,
  call: Call,
): Promise<void> {
  const { basic, form } = presented
  const { service, store, now } = call
  if (client.clientType === 'PUBLIC') throw new Refusal('method-for-public')
  refuseOtherCredentials(client, basic?.clientSecret, form.clientSecret)
  const sent = { assertionType: form.clientAssertionType, assertion: form.clientAssertion }
  const clientId = namedClient(presented) ?? ''
  let fault: AssertionFault = 'key-unknown'
  // If no key fits, the client may have rotated its keys: `findInKeys` fetches the set of `jwksUri` again.
  const verified = await findInKeys(client, call, async (jwks): Promise<VerifiedAssertion | undefined> => {
    const { issuer, fapi2: audienceIsString } = service
    const alg = client.tokenAuthSignAlg
    const expected = { clientId, issuer, audienceIsString, jwks, alg, now }
    const outcome = await verifyClientAssertion(sent, expected)
    if (typeof outcome !== 'string') return outcome
    fault = outcome
    return undefined
  })
  if (verified === undefined) throw new Refusal(FAULT_REASON[fault])
  const { jti, expiresAt } = verified
  const first = await store.registry.useAssertion(service.apiKey, client.clientId, jti, expiresAt)
  if (!first) throw new Refusal('assertion-used')
}
