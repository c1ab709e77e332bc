import type { Check, Finding } from './finding.ts'
import { fail } from './finding.ts'
import { issuers, registered, trustedDates } from './inside/certificates.ts'
import { binding } from './inside/registry.ts'
import type { Inspected } from './inspected.ts'
import { clock } from './outside/clock.ts'
import { keys, metadata } from './outside/documents.ts'
import { certificateRequired, strangerRefused, visitorLetIn } from './outside/mutual-tls.ts'
import { spoofedHeaders } from './outside/spoofed-headers.ts'

/** From outside: what everyone who reaches the domains can see; then what the registry and the trust store say. */
export const CHECKS: readonly Check[] = [
  certificateRequired,
  strangerRefused,
  visitorLetIn,
  spoofedHeaders,
  metadata,
  keys,
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

/** Asks one after the other. A check that cannot be carried out has failed: nothing is known to be right. */
export async function inspect(
  inspected: Inspected,
  checks: readonly Check[] = CHECKS,
): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const { name, ask } of checks) {
    const findings = await ask(inspected).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      return [fail(`it could not be looked at: ${why}`, 'look at what this says, and ask again')]
    })
    reports.push({ name, findings })
  }
  return reports
}
