import { Agent } from 'node:https'
import { ask, isUnreachable, jsonOf, type Question, type Reply, statusOf } from '../ask.ts'
import { type Check, fail, type Finding, type Inspected, ok, skipped, type Visitor } from '../check.ts'
import { CERTIFICATE_HEADERS, headerSpellings } from './certificate-headers.ts'

/** A request to the plain domain whose answer depends on the certificate of the connection. */
interface Case {
  readonly path: string
  readonly question: Question
}

/**
 * Only the connection proves a certificate. If a header carries the client's certificate, the plain domain answers as without
 * it. The same holds if the client presents the certificate there, because the plain domain does not check its issuer.
 */
export const spoofedHeaders: Check = {
  name: 'spoofed certificate',
  ask: async (inspected) => {
    const { visitor } = inspected
    if (visitor?.clientId === undefined) {
      const todo = 'name a client with --certificate, --key and --client-id'
      return [skipped('whether a certificate in a header changes an answer', todo)]
    }
    const usual = await ask(inspected, `${inspected.plainUrl}/token`, tokenRequest(visitor))
    const undecided = skipped(
      `whether a certificate in a header changes an answer: the plain domain gives none (${statusOf(usual)})`,
      'let the plain domain answer: check its DNS record, and the log of the function',
    )
    if (isUnreachable(usual)) return [undecided]
    const token = await boundToken(inspected, visitor)
    const cases: Case[] = [{ path: '/token', question: tokenRequest(visitor) }]
    if (token !== undefined) cases.push({ path: '/introspection', question: { form: { token } } })
    const problems: Finding[] = []
    for (const each of cases) problems.push(...(await changesOf(each, inspected, visitor)))
    const unknown = skipped(
      'what a certificate in a header does for a stolen token: the client gets none by client_credentials',
      'name a client with that grant type, and its secret if it has one',
    )
    const unchanged = `${CERTIFICATE_HEADERS.length} headers that carry certificates elsewhere change no answer`
    const fine = isFailure(usual) ? undecided : ok(unchanged)
    return [...(token === undefined ? [unknown] : []), ...(problems.length === 0 ? [fine] : problems)]
  },
}

/** Nothing can change the answer of an edge or a function that fails. */
const isFailure = (reply: Reply) => 'broken' in reply || reply.status === 429 || reply.status >= 500

async function changesOf(
  { path, question }: Case,
  inspected: Inspected,
  visitor: Visitor,
): Promise<Finding[]> {
  const url = inspected.plainUrl + path
  // A handshake costs more than all these requests.
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
      `the header ${header} changes the answer of ${path} on the plain domain: a certificate is read from it`,
      'certbound does not read it: find out what stands between the gateway and the functions, and remove it',
    ),
  )
  const presented = summaryOf(await ask(inspected, url, question, visitor))
  if (presented === without) return problems
  return [
    ...problems,
    fail(
      `${path} on the plain domain accepts a client certificate without checking its issuer`,
      'the plain domain must not ask for one, and must not be among MTLS_DOMAINS: npm run deploy',
    ),
  ]
}

async function boundToken(inspected: Inspected, visitor: Visitor): Promise<string | undefined> {
  const answer = jsonOf(await ask(inspected, `${inspected.mtlsUrl}/token`, tokenRequest(visitor), visitor))
  const token = answer?.['access_token']
  return typeof token === 'string' ? token : undefined
}

function tokenRequest({ clientId = '', clientSecret }: Visitor): Question {
  const form = { grant_type: 'client_credentials' }
  if (clientSecret === undefined) return { form: { ...form, client_id: clientId } }
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  return { form, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

/** Status and error only: an answer may hold a random token or a time. */
function summaryOf(reply: Reply): string {
  return `${statusOf(reply)} ${String(jsonOf(reply)?.['error'])}`
}
