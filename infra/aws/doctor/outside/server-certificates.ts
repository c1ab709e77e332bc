import type { X509Certificate } from 'node:crypto'
import type { Identity } from '../../../connections/identity.ts'
import { dateProblem } from '../../../truststore/truststore.ts'
import { handshake } from '../handshake.ts'
import { type Check, fail, type Finding, ok, skipped, warn } from '../check.ts'
import { stranger } from './stranger.ts'

const DAY_MILLISECONDS = 86_400_000

const REMEDY =
  'ACM renews only certificates that it has issued and whose validation record is in DNS: restore the record, or import a new certificate'

/** The server certificates of the two domains do not expire soon. */
export const serverCertificates: Check = {
  name: 'server certificates',
  ask: async (inspected) => {
    const { mtlsUrl, plainUrl, now } = inspected
    const identity = await stranger(inspected)
    const findings: Finding[] = []
    for (const url of [mtlsUrl, plainUrl].filter((each) => each.startsWith('https:'))) {
      findings.push(findingOf(new URL(url).host, await servedBy(url, identity), now()))
    }
    return findings
  },
}

function findingOf(host: string, certificate: X509Certificate | undefined, now: Date): Finding {
  const what = `the server certificate of ${host}`
  if (certificate === undefined) {
    return skipped(
      `how long ${what} is valid`,
      'first make the domain answer: check its DNS record and its port',
    )
  }
  const problem = dateProblem(certificate, now)
  const days = Math.floor((certificate.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS)
  if (problem === undefined) return ok(`${what} is valid for ${days} days`)
  return (problem.warning ? warn : fail)(`${what} ${problem.text}`, REMEDY)
}

/**
 * The server certificate of the handshake, without verification. A gateway with mutual TLS ends a handshake without a client certificate,
 * but accepts an untrusted one until the request.
 *
 * @returns `undefined` if the handshake fails
 */
export async function servedBy(url: string, { cert, key }: Identity): Promise<X509Certificate | undefined> {
  return (await handshake(url, { cert, key })).certificate
}
