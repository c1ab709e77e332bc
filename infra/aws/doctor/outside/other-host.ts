import { ask, isUnreachable, type Reply, statusOf } from '../ask.ts'
import { type Check, fail, type Finding, type InspectedDeployment, ok, skipped } from '../check.ts'
import { stranger } from './stranger.ts'

/** The statuses with which a gateway refuses a request for another name than that of its connection. */
const REFUSALS = ['403', '404', '421']

const REMEDY =
  'ask AWS why a connection to one domain reaches the other; until then, set mutualTlsValidatePkiCertChain and trustedRootCertificates of the service'

/**
 * The domain of a connection (SNI) decides whether a certificate is required, but the `Host` of a request may name another domain. AWS
 * guarantees that both agree only for security policies that cannot be combined with mutual TLS.
 */
export const otherHost: Check = {
  name: 'other host',
  ask: async (inspected) => {
    const { plainUrl } = inspected
    const url = `${plainUrl}/token`
    const usual = await ask(inspected, url, { form: {} })
    if ('broken' in usual) {
      const what = `whether the plain domain refuses a request for the other one (${statusOf(usual)})`
      return [skipped(what, 'first make the plain domain answer: check its DNS record and its port')]
    }
    if (!plainUrl.startsWith('https:'))
      return [ok('the plain domain does not use TLS, so connections name no other domain')]
    const findings: Finding[] = []
    for (const presented of [undefined, await stranger(inspected)]) {
      const reply = await ask(inspected, url, { form: {}, host: hostOf(inspected) }, presented)
      findings.push(findingOf(reply, usual, presented !== undefined))
    }
    return findings
  },
}

const hostOf = ({ mtlsUrl }: InspectedDeployment): string => new URL(mtlsUrl).host

function findingOf(reply: Reply, usual: Reply, withCertificate: boolean): Finding {
  const how = withCertificate ? 'with a certificate that no CA has issued' : 'without a certificate'
  const what = `on a connection to the plain domain, ${how}, a request for the mutual-TLS domain`
  if (isUnreachable(reply)) return skipped(`${what} got no answer (${statusOf(reply)})`, 'run doctor again')
  if ('broken' in reply) return ok(`${what} ends the connection (${statusOf(reply)})`)
  if (REFUSALS.includes(statusOf(reply))) return ok(`${what} is refused (${statusOf(reply)})`)
  if (statusOf(reply) === statusOf(usual)) {
    const look = 'look for it in the access log: its domain must be the plain domain'
    return skipped(`${what} is answered like one for the plain domain (${statusOf(reply)})`, look)
  }
  return fail(`${what} is answered (${statusOf(reply)})`, REMEDY)
}
