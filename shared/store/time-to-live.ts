import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { Grant } from './grant.ts'

/** TTL only removes garbage and never decides. It may come late but must not come early (architecture, section 3). */
export const TTL_SLACK_SECONDS = 3600

/** The time from which DynamoDB may remove the item of the grant. */
export function ttl(grant: Grant): EpochSeconds {
  return addSeconds(endOf(grant), TTL_SLACK_SECONDS)
}

function endOf(grant: Grant): EpochSeconds {
  if (grant.stage === 'PUSHED') return grant.pushed.pushedExpiresAt
  if (grant.stage === 'TICKET') return grant.ticketExpiresAt
  if (grant.stage === 'CODE') return grant.code.codeExpiresAt
  return Math.max(grant.accessExpiresAt, grant.refresh?.refreshExpiresAt ?? 0) as EpochSeconds
}
