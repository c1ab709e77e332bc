import { Agent } from 'node:https'
import {
  ask,
  credentialsOf,
  isUnreachable,
  jsonOf,
  type Probe,
  type Reply,
  statusOf,
  summaryOf,
} from '../ask.ts'
import {
  type Check,
  fail,
  type Finding,
  type InspectedDeployment,
  ok,
  skipped,
  type Visitor,
} from '../check.ts'
import { CERTIFICATE_HEADERS, headerSpellings } from './certificate-headers.ts'

/** A request to the plain domain whose answer depends on the certificate of the connection. */
interface Case {
  readonly path: string
  readonly question: Probe
}

/**
 * Only the connection proves possession of a certificate. A header with the client's certificate must not change the answer of the plain
 * domain. Neither must a certificate that is presented there, because the plain domain does not check its issuer.
 */
export const spoofedHeaders: Check = {
  name: 'spoofed certificate',
  ask: async (inspected) => {
    const { visitor } = inspected
    if (visitor?.clientId === undefined) {
      const todo = 'set a client with --certificate, --key and --client-id'
      return [skipped('whether a certificate in a header changes an answer', todo)]
    }
    const usual = await ask(inspected, `${inspected.plainUrl}/token`, tokenRequest(visitor))
    const undecided = skipped(
      `whether a certificate in a header changes an answer: the plain domain does not answer (${statusOf(usual)})`,
      'check the DNS record of the plain domain and the log of the function',
    )
    if (isUnreachable(usual)) return [undecided]
    const token = await boundToken(inspected, visitor)
    const cases: Case[] = [{ path: '/token', question: tokenRequest(visitor) }]
    if (token !== undefined) cases.push({ path: '/introspection', question: { form: { token } } })
    const problems: Finding[] = []
    for (const each of cases) problems.push(...(await changesOf(each, inspected, visitor)))
    const unknown = skipped(
      'the effect of a certificate in a header on a stolen token: the client cannot get a token with client_credentials',
      'set a client with that grant type, and its secret if it has one',
    )
    const unchanged = `${CERTIFICATE_HEADERS.length} headers that other systems use for certificates change no answer`
    const fine = isFailure(usual) ? undecided : ok(unchanged)
    return [...(token === undefined ? [unknown] : []), ...(problems.length === 0 ? [fine] : problems)]
  },
}

/** A failed answer shows nothing about headers. */
const isFailure = (reply: Reply) => 'broken' in reply || reply.status === 429 || reply.status >= 500

async function changesOf(
  { path, question }: Case,
  inspected: InspectedDeployment,
  visitor: Visitor,
): Promise<Finding[]> {
  const url = inspected.plainUrl + path
  // The connection is kept, because a handshake costs more than all these requests.
  const kept = new Agent({ keepAlive: true, ...(inspected.ca !== undefined && { ca: inspected.ca }) })
  const without = summaryOf(await ask(inspected, url, question))
  const changing = new Set<string>()
  for (const header of CERTIFICATE_HEADERS) {
    for (const value of headerSpellings(visitor.cert)) {
      const headers = { ...question.headers, [header]: value }
      const reply = await ask(inspected, url, { ...question, headers, kept })
      if (summaryOf(reply) !== without) changing.add(header)
    }
  }
  kept.destroy()
  const problems = [...changing].map((header) =>
    fail(
      `the header ${header} changes the answer of ${path} on the plain domain: something reads a certificate from it`,
      'certbound does not read it: find the component between the gateway and the functions that does, and remove it',
    ),
  )
  const presented = summaryOf(await ask(inspected, url, question, visitor))
  if (presented === without) return problems
  return [
    ...problems,
    fail(
      `${path} on the plain domain accepts a client certificate without checking its issuer`,
      'the plain domain must not request one and must not be in MTLS_DOMAINS: npm run deploy',
    ),
  ]
}

async function boundToken(inspected: InspectedDeployment, visitor: Visitor): Promise<string | undefined> {
  const answer = jsonOf(await ask(inspected, `${inspected.mtlsUrl}/token`, tokenRequest(visitor), visitor))
  const token = answer?.['access_token']
  return typeof token === 'string' ? token : undefined
}

function tokenRequest(visitor: Visitor): Probe {
  const { form, ...rest } = credentialsOf(visitor)
  return { form: { grant_type: 'client_credentials', ...form }, ...rest }
}
