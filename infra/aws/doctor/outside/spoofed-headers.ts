import { ask, inWords, jsonOf, type Outcome, type Question } from '../ask.ts'
import { type Check, fail, type Finding, ok, skipped } from '../finding.ts'
import type { Inspected, Visitor } from '../inspected.ts'
import { CERTIFICATE_HEADERS, headerSpellings } from './certificate-headers.ts'

/** A request whose answer hangs on the certificate of its connection. */
interface Case {
  readonly name: string
  readonly url: string
  readonly question: Question
  readonly identity?: Visitor
}

/**
 * A certificate is what the connection has proved, and never what a header says: with the client's certificate in any
 * header the plain domain answers as without it, and so it does where the certificate itself is presented.
 */
export const spoofedHeaders: Check = {
  name: 'spoofed certificate',
  ask: async (inspected) => {
    const { visitor } = inspected
    if (visitor?.clientId === undefined) {
      return [
        skipped(
          'whether a certificate in a header changes an answer',
          'name a client with --certificate, --key and --client-id',
        ),
      ]
    }
    const findings: Finding[] = []
    const token = await boundToken(inspected, visitor)
    if (token === undefined) {
      findings.push(
        skipped(
          'what a certificate in a header does for a stolen token: the client gets none by client_credentials',
          'name a client with that grant type, and its secret if it has one',
        ),
      )
    }
    const cases = casesFor(inspected, visitor, token)
    for (const each of cases) findings.push(...(await changedBy(inspected, each, visitor.cert)))
    return findings.some(({ status }) => status === 'fail')
      ? findings
      : [
          ...findings,
          ok(`${CERTIFICATE_HEADERS.length} headers that carry certificates elsewhere change no answer`),
        ]
  },
}

function casesFor({ plainUrl }: Inspected, visitor: Visitor, token: string | undefined): Case[] {
  const use = { form: { token: token ?? '' } }
  return [
    { name: '/token', url: `${plainUrl}/token`, question: tokenRequest(visitor) },
    ...(token === undefined
      ? []
      : [{ name: '/introspection', url: `${plainUrl}/introspection`, question: use }]),
  ]
}

async function changedBy(
  inspected: Inspected,
  { name, url, question }: Case,
  certificate: string,
): Promise<Finding[]> {
  const without = summary(await ask(inspected, url, question))
  const changing: string[] = []
  for (const header of CERTIFICATE_HEADERS) {
    for (const value of headerSpellings(certificate)) {
      const headers = { ...question.headers, [header]: value }
      if (summary(await ask(inspected, url, { ...question, headers })) !== without) changing.push(header)
    }
  }
  const presented = summary(await ask(inspected, url, question, inspected.visitor))
  return [
    ...[...new Set(changing)].map((header) =>
      fail(
        `the header ${header} changes the answer of ${name} on the plain domain: a certificate is taken from it`,
        'nothing of certbound reads it: find out what stands between the gateway and the functions, and take it away',
      ),
    ),
    ...(presented === without
      ? []
      : [
          fail(
            `${name} on the plain domain takes a client certificate without checking who has issued it`,
            'the plain domain must ask for none, and must not be among MTLS_DOMAINS: npm run deploy',
          ),
        ]),
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

/** Status and error: an answer may have a random token or a time in it. */
function summary(outcome: Outcome): string {
  return `${inWords(outcome)} ${String(jsonOf(outcome)?.['error'])}`
}
