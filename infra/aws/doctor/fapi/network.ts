import type { ConnectionOptions } from 'node:tls'
import { RECOMMENDED_SUITES } from '../../../connections/mutual-tls.ts'
import { handshake } from '../handshake.ts'
import { stranger } from '../outside/stranger.ts'
import { type Clause, clause, outcome, type ProfileSubject } from './clause.ts'

/** At level 0 OpenSSL offers all that it has. */
const ALL = ['ALL', 'COMPLEMENTOFALL', '@SECLEVEL=0']
const BEFORE_1_2: ConnectionOptions = {
  ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
  ciphers: ALL.join(':'),
}
const NOT_RECOMMENDED: ConnectionOptions = {
  ...{ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  ciphers: [...ALL, ...RECOMMENDED_SUITES.map((suite) => `!${suite}`)].join(':'),
}

/** Sections 5.2.1 and 5.2.2. Browsers use none of the endpoints on these domains. */
export const NETWORK_CLAUSES: readonly Clause[] = [
  clause(
    '5.2.1',
    'all connections are by TLS 1.2 or later',
    refusalBy('a handshake by TLS 1.1 with each domain', BEFORE_1_2),
  ),
  clause(
    '5.2.2',
    'TLS 1.2 has only the suites that BCP 195 recommends',
    refusalBy('a handshake by TLS 1.2 with each domain, by all suites but these', NOT_RECOMMENDED),
  ),
]

function refusalBy(asked: string, offer: ConnectionOptions): Clause['ask'] {
  return async (subject) => {
    const { mtlsUrl, plainUrl } = subject
    const answers = []
    for (const url of [mtlsUrl, plainUrl]) answers.push(await answerTo(offer, url, subject))
    const got = answers.map((answer) => answer.got).join('; ')
    return outcome(
      answers.every(({ isRefused }) => isRefused),
      asked,
      got,
    )
  }
}

/** The alert of a server, or the end of its connection. An error of this machine proves nothing about the server. */
const REFUSAL = /_ALERT_|^ECONNRESET$/

/** A domain refuses an offer only if it is reached by another one. Else nobody may be there. */
async function answerTo(offer: ConnectionOptions, url: string, subject: ProfileSubject) {
  const { protocol, host } = new URL(url)
  if (protocol !== 'https:') return { isRefused: false, got: `${host} has no TLS` }
  const { cert, key } = subject.visitor ?? (await stranger(subject))
  const identity = { cert, key, ...(subject.ca !== undefined && { ca: subject.ca }) }
  const reached = await handshake(url, identity)
  if (!reached.isVerified) return { isRefused: false, got: `${host} cannot be reached (${reached.got})` }
  const { isAgreed, got } = await handshake(url, { ...identity, ...offer })
  const isRefused = !isAgreed && REFUSAL.test(got)
  return { isRefused, got: `${host} ${isRefused ? 'refuses it' : 'does not refuse it'} (${got})` }
}
