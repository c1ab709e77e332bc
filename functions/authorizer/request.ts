import { requestUrl } from '../../shared/resource-url.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { readPresentedToken } from '../../shared/request/presented-token.ts'
import type { IntrospectionRequest } from '../../shared/token/introspection-checks.ts'
import type { SentProof } from '../../shared/dpop/proof.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'

const REASONS = {
  absent: 'token-missing',
  malformed: 'credentials-malformed',
  'proof-missing': 'resource-proof-missing',
  'proof-needless': 'resource-proof-needless',
} as const satisfies Record<string, Reason>

/**
 * Reads the request to a resource server. The authorizer does not know the scopes that the route needs, so the integration gets those
 * of the token and must check them.
 *
 * @param urls the public URLs of the API
 * @throws Refusal dpop-not-offered, token-missing, credentials-malformed, resource-proof-missing, resource-proof-needless
 */
export function fromAuthorization(http: HttpRequest, urls: readonly string[]): IntrospectionRequest {
  const { headers, tlsCertificate: clientCertificate } = http
  const presented = readPresentedToken(headers.get('authorization') ?? [], headers.get('dpop') ?? [])
  if (typeof presented === 'string') throw new Refusal(REASONS[presented])
  const { token, proof } = presented
  return {
    token,
    scopes: [],
    subject: undefined,
    clientCertificate,
    proof: proof === undefined ? undefined : proofFor(proof, http, urls),
    boundOnly: true,
    resources: [],
  }
}

/** A proof cannot be verified without the URL of the API. */
function proofFor(text: string, { method: htm, path }: HttpRequest, urls: readonly string[]): SentProof {
  if (urls.length === 0) throw new Refusal('dpop-not-offered')
  return { text, htm, htu: urls.flatMap((url) => requestUrl(url, path) ?? []) }
}
