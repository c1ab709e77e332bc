import { PRIVATE_MEMBERS } from '../../../shared/certificate/jwk-set.ts'
import { parseJson } from '../../../shared/json.ts'
import type { SecretWatch } from './watch.ts'

/** A request and its answer, wherever they met. */
export interface Exchange {
  /** Method and path, for the report. */
  readonly name: string
  readonly authorization: readonly string[]
  /** The query. */
  readonly query: string
  readonly body: string
  readonly answer: string
}

/** A value of another form is not ours: a test sends all kinds of texts, and the `jti` of a JWT is not a token. */
const TOKEN = /^(?:[\w-]{72}|[\w-]{88}|[\w-]+\.[\w-]+\.[\w-]+)$/
const SECRET = /^.{20,}$/

/** A token, or a secret of the Web API. */
const BEARER = new RegExp(`${TOKEN.source}|^[\\w-]{43}$|^[\\w-]{86}$`)

type Kinds = Readonly<Record<string, readonly [kind: string, form: RegExp]>>

const kinds = (names: string, kind: string, form: RegExp): Kinds =>
  Object.fromEntries(names.split(' ').map((name) => [name, [kind, form] as const]))

/** Members of answers, and parameters of `Location`. */
const SHOWN: Kinds = {
  ...kinds('access_token accessToken jwtAccessToken', 'access token', TOKEN),
  ...kinds('refresh_token refreshToken', 'refresh token', TOKEN),
  ...kinds('code authorizationCode', 'code', TOKEN),
  ...kinds('ticket', 'ticket', TOKEN),
  ...kinds('requestUri request_uri', 'request URI', /^urn:ietf:params:oauth:request_uri:[\w-]{72}$/),
  ...kinds('clientSecret newClientSecret', 'client secret', SECRET),
  ...kinds('apiSecret secret', 'secret of the Web API', SECRET),
}

/** Members of requests. */
const SENT: Kinds = {
  ...kinds('client_secret', 'client secret', SECRET),
  ...kinds('client_assertion', 'client assertion', TOKEN),
  ...kinds('token accessToken access_token refreshToken refresh_token code ticket', 'token', TOKEN),
}

/** Those of a key, and those of the further primes in `oth` (RFC 7518 section 6.3.2.7). */
const PRIVATE = [...PRIVATE_MEMBERS, 'r', 't']

/** Learns the secrets of a request and its answer, and takes the answer. */
export function observe(watch: SecretWatch, exchange: Exchange): void {
  const { name, authorization, query, body, answer } = exchange
  for (const value of authorization) learnCredentials(watch, value)
  const sent = [...membersOf(query), ...membersOf(body)]
  const shown = membersOf(answer)
  for (const [kind, value] of secretsAmong(sent, SENT)) watch.learn(kind, value)
  watch.answered(`the answer of ${name}`, answer, [
    ...repeated(watch.successors, exchange, sent, shown),
    ...handedOn(watch.toHandOn, exchange, shown),
  ])
  for (const [kind, value] of secretsAmong(shown, SHOWN)) watch.learn(kind, value)
}

function secretsAmong(members: readonly Member[], among: Kinds): Member[] {
  return members.flatMap(([name, value]) => {
    const [kind, form] = Object.hasOwn(among, name) ? (among[name] ?? []) : []
    return kind !== undefined && form?.test(value) === true ? [[kind, value] as const] : []
  })
}

/**
 * The exceptions, as values that the answer may repeat. With `refreshTokenKept` a refresh answers the token that was presented, and
 * with `refreshTokenIdempotent` the next refresh with one token answers what the last one did. `/auth/token/update` answers the
 * access token that the caller named it by (Authlete contract, section 2.7), `/auth/userinfo` the one that it judged (section 2.12), and
 * `/client/secret/update` the secret that the caller has chosen.
 */
function repeated(
  successors: Map<string, string>,
  { name }: Exchange,
  sent: readonly Member[],
  shown: readonly Member[],
): string[] {
  if (name.endsWith('/auth/token/update')) return valuesOf(sent, 'accessToken')
  if (name.endsWith('/auth/userinfo')) return valuesOf(sent, 'token')
  if (name.includes('/client/secret/update')) return valuesOf(sent, 'clientSecret')
  const [presented] = valuesOf(sent, 'refresh_token')
  if (presented === undefined) return []
  const before = successors.get(presented)
  const [next] = valuesOf(shown, 'refreshToken', 'refresh_token')
  if (next !== undefined) successors.set(presented, next)
  return [presented, ...(before === undefined ? [] : [before])]
}

/** A further exception: an authorization server in front of the Web API hands its tokens on to the client, once. */
function handedOn(waiting: Set<string>, { name }: Exchange, shown: readonly Member[]): string[] {
  const tokens = valuesOf(shown, 'access_token', 'refresh_token')
  if (name.endsWith('/auth/token')) for (const token of tokens) waiting.add(token)
  return name === 'POST /token' ? tokens.filter((token) => waiting.delete(token)) : []
}

const valuesOf = (members: readonly Member[], ...names: readonly string[]) =>
  members.flatMap(([name, value]) => (names.includes(name) ? [value] : []))

function learnCredentials(watch: SecretWatch, authorization: string): void {
  const [scheme = '', value = ''] = authorization.split(' ')
  if (scheme.toLowerCase() === 'bearer' && BEARER.test(value)) watch.learn('bearer token', value)
  if (scheme.toLowerCase() !== 'basic') return
  watch.learn('pair of Basic credentials', value)
  const decoded = Buffer.from(value, 'base64').toString()
  watch.learn('client secret', decoded.slice(decoded.indexOf(':') + 1))
}

type Member = readonly [name: string, value: string]

/** Every member that is text, however deep, also in texts that are JSON, a form or an address. */
function membersOf(text: string): Member[] {
  const found: Member[] = []
  // Without recursion, because tests send deep JSON.
  const left: (readonly [name: string, value: unknown])[] = insideOf(text)
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [name, value] = next
    if (typeof value === 'string') {
      found.push([name, value])
      left.push(...insideOf(value))
    } else if (typeof value === 'object' && value !== null) {
      for (const member of Object.entries(value)) left.push(member)
    }
  }
  return found
}

function insideOf(text: string): (readonly [name: string, value: unknown])[] {
  if (/^\s*[{[]/.test(text)) return [['', parseJson(text)]]
  if (!text.includes('=')) return []
  const [, query = text] = /^[a-z]+:[^?]*\?([^#]*)/.exec(text) ?? []
  // The value of a form may have a `=` of its own, but is not a form.
  return [...new URLSearchParams(query)].filter(([, value]) => value.length < text.length)
}

/**
 * Takes a request to DynamoDB. The exception: private signing keys are stored as they are, under `keys#`. They are learned from there.
 */
export function observeStored(watch: SecretWatch, operation: string, body: string): void {
  const place = `a table (${operation})`
  if (!body.includes('"keys#')) return watch.wrote(place, body)
  watch.wrote(place, JSON.stringify(withoutPrivateKeys(watch, parseJson(body))))
}

function withoutPrivateKeys(watch: SecretWatch, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((inner) => withoutPrivateKeys(watch, inner))
  const members = Object.entries(value as Record<string, unknown>)
  const { pk } = value as { pk?: { S?: string } }
  if (pk?.S?.startsWith('keys#') !== true)
    return Object.fromEntries(members.map(([name, inner]) => [name, withoutPrivateKeys(watch, inner)]))
  for (const [name, text] of membersOf(JSON.stringify(unmarshalled(value))))
    if (PRIVATE.includes(name)) watch.learn('private key', text)
  return { pk }
}

/** DynamoDB's JSON without its types: the values inside of `{"S": …}` and `{"M": …}`. */
function unmarshalled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { S, M } = value as { S?: unknown; M?: unknown }
  if (typeof S === 'string') return S
  const members = Object.entries(M ?? value)
  return Object.fromEntries(members.map(([name, inner]) => [name, unmarshalled(inner)]))
}
