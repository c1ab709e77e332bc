import { type Check, fail, type Finding } from './finding.ts'
import { issuers, registered, trustedDates } from './inside/certificates.ts'
import { binding } from './inside/registry.ts'
import type { Inspected } from './inspected.ts'
import { clock } from './outside/clock.ts'
import { keySetCheck, metadataCheck } from './outside/documents.ts'
import { certificateRequired, strangerRefused, visitorLetIn } from './outside/mutual-tls.ts'
import { spoofedHeaders } from './outside/spoofed-headers.ts'

/** First what everyone can see who reaches the domains; then what the registry and the trust store hold. */
export const CHECKS: readonly Check[] = [
  certificateRequired,
  strangerRefused,
  visitorLetIn,
  spoofedHeaders,
  metadataCheck,
  keySetCheck,
  clock,
  binding,
  issuers,
  trustedDates,
  registered,
]

export interface Report {
  readonly name: string
  readonly findings: readonly Finding[]
}

/** Makes the checks one after the other. A check that throws has failed. */
export async function inspect(inspected: Inspected, checks = CHECKS): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const check of checks) reports.push({ name: check.name, findings: await findingsOf(check, inspected) })
  return reports
}

async function findingsOf({ ask }: Check, inspected: Inspected): Promise<readonly Finding[]> {
  try {
    return await ask(inspected)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [fail(`the check failed to run: ${why}`, 'mend what this names, and run it again')]
  }
}
