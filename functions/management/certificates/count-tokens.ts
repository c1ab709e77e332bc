import { boundKey, boundThumbprint } from '../../../shared/certificate/binding.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { isLive } from '../../../shared/token/standing.ts'

/** The tokens of some clients by what they are bound to. */
export interface TokenCounts {
  /** Bound to one of the certificates. */
  readonly certificate: number
  /** Tokens that a revocation of the certificates does not end. */
  readonly otherCertificate: number
  readonly key: number
  readonly unbound: number
  /** A resource server that verifies JWTs without asking accepts tokens of the certificates until then. `undefined` if there are none. */
  readonly offlineUntil: EpochSeconds | undefined
  /** Whether all tokens were counted. */
  readonly isComplete: boolean
}

/** The answer must not wait for millions of tokens. */
const MAX_COUNTED = 1000
const BATCH = 50

/** Counts live tokens by the index, which may lag behind (docs/store.md). No decision relies on it. */
export async function countTokens(
  clients: readonly number[],
  certificates: ReadonlySet<Thumbprint>,
  call: Call,
): Promise<TokenCounts> {
  const { service, store } = call
  const tokens: Tokens[] = []
  let isComplete = true
  for (const client of clients) {
    const keys = isComplete ? await store.grants.list(service.apiKey, client) : []
    for (let start = 0; start < keys.length; start += BATCH) {
      isComplete = tokens.length < MAX_COUNTED && !isOutOfTime(call)
      if (!isComplete) break
      const found = await store.grants.findTokens(keys.slice(start, start + BATCH))
      tokens.push(...found.filter((each) => isLive(each, call)).map(({ grant }) => grant))
    }
  }
  return { ...countKinds(tokens, certificates, service.accessTokenSignAlg !== undefined), isComplete }
}

function countKinds(tokens: readonly Tokens[], certificates: ReadonlySet<Thumbprint>, areJwts: boolean) {
  const counts = { certificate: 0, otherCertificate: 0, key: 0, unbound: 0 }
  let offlineUntil: EpochSeconds | undefined
  for (const { binding, accessExpiresAt } of tokens) {
    const thumbprint = boundThumbprint(binding)
    if (thumbprint === undefined) counts[boundKey(binding) === undefined ? 'unbound' : 'key'] += 1
    else if (!certificates.has(thumbprint)) counts.otherCertificate += 1
    else {
      counts.certificate += 1
      if (areJwts) offlineUntil = Math.max(offlineUntil ?? 0, accessExpiresAt) as EpochSeconds
    }
  }
  return { ...counts, offlineUntil }
}
