import { ask, isUnreachable, type Reply, statusOf } from '../ask.ts'
import { type Check, fail, type Finding, type InspectedDeployment, ok, skipped } from '../check.ts'
import { servedBy } from './server-certificates.ts'
import { stranger } from './stranger.ts'

const REACH = 'check the DNS record, the port and the server certificate of the domain'
const SWITCH_ON = 'restore the trust store of the domain: npm run deploy'

const addressOf = ({ mtlsUrl }: InspectedDeployment): string => `${mtlsUrl}/jwks`
const unreachable = (url: string, reply: Reply): Finding =>
  fail(`${url} cannot be reached (${statusOf(reply)})`, REACH)

/**
 * Expects that the gateway refuses a client: it answers 403 or ends the connection. A connection that was not accepted, or that a middlebox
 * ends, is not a refusal, because only the domain itself first presents its server certificate.
 */
async function refusalFinding(
  inspected: InspectedDeployment,
  reply: Reply,
  wrong: string,
  fine: string,
): Promise<Finding> {
  const url = addressOf(inspected)
  const isCut = 'broken' in reply
  if (isUnreachable(reply) || (isCut && (await servedBy(url, await stranger(inspected))) === undefined))
    return unreachable(url, reply)
  const isRefused = isCut || reply.status === 403
  return isRefused ? ok(`${fine} (${statusOf(reply)})`) : fail(`${wrong} (${statusOf(reply)})`, SWITCH_ON)
}

/** Mutual TLS is on: a client without a certificate gets no answer. */
export const certificateRequired: Check = {
  name: 'mutual TLS',
  ask: async (inspected) => {
    const url = addressOf(inspected)
    const wrong = `mutual TLS is off: ${url} answers without a client certificate`
    const fine = 'the mutual-TLS domain refuses clients without a certificate'
    return [await refusalFinding(inspected, await ask(inspected, url), wrong, fine)]
  },
}

/** A certificate that no CA of the trust store issued is refused. */
export const strangerRefused: Check = {
  name: 'trust',
  ask: async (inspected) => {
    const url = addressOf(inspected)
    const wrong = `${url} accepts a certificate that no trusted CA has issued`
    const fine = 'the mutual-TLS domain refuses certificates that no CA of the trust store has issued'
    const reply = await ask(inspected, url, {}, await stranger(inspected))
    return [await refusalFinding(inspected, reply, wrong, fine)]
  },
}

/** A certificate of the trust store is accepted. */
export const visitorLetIn: Check = {
  name: 'client certificate',
  ask: async (inspected) => {
    const { visitor } = inspected
    if (visitor === undefined) {
      return [skipped('whether a client certificate is accepted', 'set one with --certificate and --key')]
    }
    const url = addressOf(inspected)
    const reply = await ask(inspected, url, {}, visitor)
    if (isUnreachable(reply)) return [unreachable(url, reply)]
    if (statusOf(reply) === '200') return [ok('the client certificate is accepted')]
    return [
      fail(
        `the client certificate is not accepted by ${url} (${statusOf(reply)})`,
        'add its CA and every intermediate, or the self-signed certificate itself, to the trust store: npm run deploy',
      ),
    ]
  },
}
