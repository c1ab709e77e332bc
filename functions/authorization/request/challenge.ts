import type { Reason } from '../../../shared/refusal/refusal.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { CodeChallenge } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { isVerifier } from '../../../shared/token/pkce.ts'
import type { AuthorizationRequest } from './request.ts'

/** The default of the method is `plain` (RFC 7636 section 4.3). */
export function parseChallenge(
  { codeChallenge, codeChallengeMethod, empty }: AuthorizationRequest,
  service: Service,
  client: Client,
): CodeChallenge | Reason | undefined {
  const { pkceRequired, pkceS256Required } = settingsOf(service, client)
  const missing = empty.has('code_challenge') ? 'challenge-empty' : 'challenge-missing'
  if (codeChallenge === undefined)
    return pkceRequired || codeChallengeMethod !== undefined ? missing : undefined
  if (!isVerifier(codeChallenge)) return 'challenge-malformed'
  if (codeChallengeMethod === 'S256') return { value: codeChallenge, method: 'S256' }
  if (codeChallengeMethod === undefined && pkceS256Required) return 'challenge-method-missing'
  if (codeChallengeMethod === 'plain' && pkceS256Required) return 'challenge-method-plain'
  if (codeChallengeMethod !== undefined && codeChallengeMethod !== 'plain')
    return 'challenge-method-unsupported'
  return { value: codeChallenge, method: 'plain' }
}
