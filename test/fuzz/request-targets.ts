import fc from 'fast-check'
import { type Asked, authorizerEvent } from '../support/authorizer-events.ts'
import { type Call, CALLS, inQuery, sentTo } from '../support/every-call.ts'
import { exchangeOf } from '../support/secrets/events.ts'
import { observe } from '../support/secrets/exchange.ts'
import { watch } from '../support/secrets/taps.ts'
import { eventFor, type Format, FORMATS, type Sent } from '../support/gateway.ts'
import { encodeForm, form, type FormPairs, secretTexts, texts } from './hostile-values.ts'
import { mutate, type Mutation, mutations } from './event-mutations.ts'
import { membersOf } from './schema-values.ts'
import { closeSite, fuzzedSite } from './site.ts'
import { require, type Target } from './target.ts'

const format = fc.constantFrom(...FORMATS)
const certificate = fc.oneof(fc.constantFrom(null, '{{own}}', '{{own}}', '{{other}}'), texts)
const authorization = fc.oneof(
  fc.constant([]),
  fc
    .constantFrom(
      'Basic',
      'Basic ====',
      'bearer',
      'DPoP x',
      'Bearer {{access}}',
      'Bearer {{refresh}}',
      'Basic YTpi',
    )
    .map((one) => [one]),
  fc.tuple(fc.nat(4), fc.nat(4)).map(([id, secret]) => [`basic:{{client${id}}}:{{secret${secret}}}`]),
  fc.tuple(secretTexts, secretTexts).map(([first, second]) => [`Bearer ${first}`, `Basic ${second}`]),
)

/** Requires one log line besides the copies of records, no secret in the log, the tables or the answer, and no internal failure. */
function requireQuiet(lines: readonly string[], status: number): void {
  require(status < 500, `status ${status}: ${lines.at(-1) ?? 'no line'}`)
  const requests = lines.filter((line) => !Object.hasOwn(JSON.parse(line) as object, 'change'))
  require(requests.length === 1, `${requests.length} lines of the log`)
  watch.refuseLeaks()
}

interface OAuthInput extends Omit<Sent, 'body' | 'certificate' | 'headers'> {
  readonly authorization: readonly string[]
  readonly contentType: string
  readonly accept: string
  readonly form: FormPairs
  readonly certificate: string | null
  readonly format: Format
}

const FORM = 'application/x-www-form-urlencoded'

const oauth: Target = {
  name: 'oauth',
  runs: 120,
  input: fc.record({
    route: fc.constantFrom(
      '/token',
      '/token',
      '/token',
      '/revocation',
      '/introspection',
      '/introspection/standard',
    ),
    method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'PUT'),
    authorization,
    contentType: fc.constantFrom(FORM, FORM, FORM, FORM, `${FORM};charset=x`, 'text/plain', ''),
    accept: fc.constantFrom('*/*', 'application/token-introspection+jwt', ';;q=0,,'),
    form,
    certificate,
    format,
  }),
  check: async (input) => {
    const site = await fuzzedSite()
    const sent = await site.filled(input as OAuthInput)
    const headers = {
      authorization: sent.authorization.map(basicOf),
      'content-type': sent.contentType,
      accept: sent.accept,
    }
    const request = {
      ...sent,
      headers,
      body: encodeForm(sent.form),
      certificate: sent.certificate ?? undefined,
    }
    const { statusCode } = await site.checked(eventFor(request, sent.format))
    requireQuiet(site.runtime.lines, statusCode)
  },
}

/** `basic:id:secret` as a header. */
function basicOf(text: string): string {
  return text.startsWith('basic:') ? `Basic ${Buffer.from(text.slice(6)).toString('base64')}` : text
}

const callNamed = new Map(CALLS.map((call) => [call.name, call]))
/** They end the site, so they are tried less often. */
const isDeletion = ({ template }: Call) => /(?:service|client)\/delete/.test(template)

interface CallInput {
  readonly call: string
  readonly members: Readonly<Record<string, unknown>>
  readonly client: number
  readonly asForm: boolean
  readonly format: Format
}

const calls: Target = {
  name: 'call',
  runs: 120,
  input: fc.oneof(
    ...CALLS.map((call) => ({
      weight: isDeletion(call) ? 1 : 10,
      arbitrary: fc.record({
        call: fc.constant(call.name),
        members: membersOf(call.template, call.method),
        client: fc.nat(4),
        asForm: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
        format,
      }),
    })),
  ),
  check: async (input) => {
    const site = await fuzzedSite()
    const { call: name, members, client: index, asForm, format } = await site.filled(input as CallInput)
    const [call, client] = [callNamed.get(name), site.clients[index]]
    if (call === undefined || client === undefined) throw new Error(`no call ${name}`)
    const { parameters } = members as { readonly parameters?: { readonly pairs?: FormPairs } }
    const given =
      parameters?.pairs === undefined ? members : { ...members, parameters: encodeForm(parameters.pairs) }
    const sent = sentTo(call, given, site.walk, client)
    const asked =
      asForm && !inQuery(call)
        ? { ...sent, body: bodyOf(given), headers: { ...sent.headers, 'content-type': FORM } }
        : sent
    const { statusCode } = await site.checked(eventFor(asked, format))
    const lines = [...site.runtime.lines]
    if (isDeletion(call) && statusCode < 300) await closeSite()
    else if (/\/(?:service|client)\//.test(call.template) && !inQuery(call)) await site.reset(client)
    requireQuiet(lines, statusCode)
  },
}

function bodyOf(members: object): string {
  const pairs = Object.entries(members).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
}

const events: Target = {
  name: 'event',
  runs: 500,
  input: fc.record({
    route: fc.constantFrom(
      '/token',
      '/introspection',
      '/api/{serviceId}/auth/introspection',
      '/.well-known/jwks.json',
      '/unknown',
    ),
    format,
    changes: mutations,
  }),
  check: async (input) => {
    const site = await fuzzedSite()
    const asked = await site.filled(input as { route: string; format: Format; changes: Mutation[] })
    const headers = { 'content-type': FORM }
    const body = 'token=x&client_id=1'
    const event = mutate(eventFor({ route: asked.route, headers, body }, asked.format), asked.changes)
    const { statusCode, body: answer } = await site.serve(event)
    observe(watch, exchangeOf(event, answer))
    requireQuiet(site.runtime.lines, statusCode)
  },
}

interface AuthorizerInput extends Omit<Asked, 'certificate'> {
  readonly certificate: string | null
  readonly format: Format
  readonly changes: readonly Mutation[]
}

const authorizers: Target = {
  name: 'authorizer',
  runs: 150,
  input: fc.record({
    authorization: fc.oneof(fc.constant(['Bearer {{access}}']), authorization),
    certificate,
    domainName: fc.constantFrom(
      'mtls.api.example.com',
      'mtls.api.example.com',
      'MTLS.API.EXAMPLE.COM',
      'evil.example',
      '',
    ),
    format,
    changes: fc.oneof(fc.constant([]), mutations),
  }),
  check: async (input) => {
    const site = await fuzzedSite()
    const { certificate, format, changes, ...asked } = await site.filled(input as AuthorizerInput)
    const sent = {
      ...asked,
      authorization: [asked.authorization ?? []].flat().map(basicOf),
      certificate: certificate ?? undefined,
    }
    const event = mutate(authorizerEvent(sent, format), changes)
    const result = await decided(() => site.authorize(event))
    const passes =
      JSON.stringify(result ?? {}).includes('"Effect":"Allow"') ||
      JSON.stringify(result ?? {}).includes('"isAuthorized":true')
    if (passes) require(JSON.stringify(event).includes('BEGIN CERTIFICATE'), 'passed without a certificate')
    const [line] = site.runtime.lines
    if (result === undefined)
      require(line?.includes('"event-malformed"') === true, `failed: ${line ?? 'no line'}`)
    requireQuiet(site.runtime.lines, 200)
  },
}

/** `undefined` if it could not decide. */
async function decided<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Error && error.message === 'the authorizer could not decide') return undefined
    throw error
  }
}

export const REQUEST_TARGETS = [oauth, calls, events, authorizers]
