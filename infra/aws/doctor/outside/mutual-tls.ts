import { generateKeyPairSync } from 'node:crypto'
import { issueCertificate } from '../../../emulator/issue-certificate.ts'
import { ask, inWords, isUnreachable, type Outcome } from '../ask.ts'
import { type Check, fail, type Finding, ok, skipped } from '../finding.ts'
import type { Inspected } from '../inspected.ts'

const HOUR_MILLISECONDS = 3_600_000
const REACH = 'look at the DNS record, at the port, and at the server certificate of the domain'
const SWITCH_ON = 'give the domain its trust store again: npm run deploy'

/** The gateway ends the connection, or answers 403 by itself. */
const isRefused = (outcome: Outcome): boolean => 'broken' in outcome || outcome.status === 403

function judged(url: string, outcome: Outcome, let_in: string, refused: string): Finding {
  if (isUnreachable(outcome)) return fail(`${url} cannot be reached (${outcome.broken})`, REACH)
  return isRefused(outcome) ? ok(refused) : fail(`${let_in} (${inWords(outcome)})`, SWITCH_ON)
}

/** Mutual TLS is on: nobody is answered without a certificate. */
export const certificateRequired: Check = {
  name: 'mutual TLS',
  ask: async (inspected) => {
    const url = `${inspected.mtlsUrl}/jwks`
    const outcome = await ask(inspected, url)
    return [
      judged(
        url,
        outcome,
        `mutual TLS is off: ${url} answers without a client certificate`,
        'the mutual-TLS domain answers nobody without a client certificate',
      ),
    ]
  },
}

/** Trust is not given to everyone: a certificate that nobody has issued is refused. */
export const strangerRefused: Check = {
  name: 'trust',
  ask: async (inspected) => {
    const url = `${inspected.mtlsUrl}/jwks`
    const outcome = await ask(inspected, url, {}, await stranger(inspected))
    return [
      judged(
        url,
        outcome,
        `${url} lets in a certificate that no CA has issued`,
        'the mutual-TLS domain refuses a certificate that no CA of the trust store has issued',
      ),
    ]
  },
}

/** Who has a certificate of the trust store gets through. */
export const visitorLetIn: Check = {
  name: 'client certificate',
  ask: async (inspected) => {
    const { mtlsUrl, visitor } = inspected
    if (visitor === undefined) {
      return [skipped('whether a client certificate is let in', 'name one with --certificate and --key')]
    }
    const url = `${mtlsUrl}/jwks`
    const outcome = await ask(inspected, url, {}, visitor)
    if (isUnreachable(outcome)) return [fail(`${url} cannot be reached (${outcome.broken})`, REACH)]
    if (!('broken' in outcome) && outcome.status === 200) return [ok('the client certificate is let in')]
    return [
      fail(
        `the client certificate is not let in by ${url} (${inWords(outcome)})`,
        'put its CA, every intermediate included, or itself where it is self-signed, into the trust store: npm run deploy',
      ),
    ]
  },
}

async function stranger({ now }: Inspected): Promise<{ readonly cert: string; readonly key: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const at = now().getTime()
  const about = { profile: 'client', commonName: 'certbound doctor', publicKey } as const
  const dates = { notBefore: new Date(at - HOUR_MILLISECONDS), notAfter: new Date(at + HOUR_MILLISECONDS) }
  const cert = await issueCertificate({ ...about, ...dates }, { key: privateKey, publicKey })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
