import fc from 'fast-check'
import { type IncomingMessage, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { Duplex } from 'node:stream'
import { parseClaims } from '../../functions/authorization/request/claims.ts'
import { readResponse } from '../../shared/dynamodb/lean/response.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { readIfMatch } from '../../shared/request/if-match.ts'
import { readPresentedToken } from '../../shared/request/presented-token.ts'
import { httpRequest } from '../support/http-request.ts'
import { repeatsMember } from './second-json-parser.ts'
import { require, type Target, unlessRefused } from './target.ts'

const join = (parts: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((list) => list.join(''))

const RESPONSE =
  'HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: 1\r\nContent-Length: 18\r\n\r\n{"Item":{"a":"b"}}'
const IN_RESPONSES = [
  ...['\r\n', '\n', '\r', '\0', ':', ' ', '\t', ',', '+', '0', '1', '9', 'x', 'HTTP/1.1 ', 'HTTP/1.0 ', '{}'],
  ...['100 ', '101 ', '204 ', '304 ', '400 ', '\r\n\r\n', 'content-length: 3\r\n', 'Content-Length: 18\r\n'],
  ...[
    'transfer-encoding: chunked\r\n',
    'Connection: close\r\n',
    'Upgrade: x\r\n',
    'x-amz-crc32: 2\r\n',
    'Date: a\r\n',
    'date: b\r\n',
    'a: b\r\n c\r\n',
    RESPONSE,
  ],
]
/** Where a header begins. Elsewhere a whole header in `IN_RESPONSES` would hardly ever be read as one. */
const LINE_STARTS = [...RESPONSE.matchAll(/\r\n/g)].map(({ index }) => index + 2)

const responses: Target = {
  name: 'dynamodb-response',
  runs: 1_000,
  input: fc.array(
    fc.tuple(
      fc.oneof(fc.nat(RESPONSE.length), fc.constantFrom(...LINE_STARTS)),
      fc.oneof(fc.constant(0), fc.nat(4)),
      fc.oneof(fc.constant(''), fc.constantFrom(...IN_RESPONSES)),
    ),
    { maxLength: 3 },
  ),
  check: async (input) => {
    const changes = input as [number, number, string][]
    const changed = changes.reduce(
      (now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut),
      RESPONSE,
    )
    const bytes = Buffer.from(changed, 'latin1')
    const read = readOrRefused(bytes)
    if (read === undefined) return
    const end = bytes.indexOf('\r\n\r\n') + 4
    require(read.body.equals(bytes.subarray(end)), 'the body is not all that follows the head')
    for (let cut = 0; cut < bytes.length; cut++)
      require(readOrRefused(bytes.subarray(0, cut)) === undefined, `read after ${cut} bytes`)
    const other = await readByNode(bytes)
    if (other === undefined) throw new Error('Node.js reads no answer')
    require(other.statusCode === read.status, `Node.js reads the status ${String(other.statusCode)}`)
    require((await textOf(other)) === read.body.toString(), 'Node.js reads another body')
    requireSameHeaders(read.headers, other.rawHeaders)
  },
}

const AT_MOST_ONCE = /^(content-length|transfer-encoding|connection|x-amz-crc32)$/

/** @param raw names and values in turn, as Node.js reads them */
function requireSameHeaders(headers: ReadonlyMap<string, string>, raw: readonly string[]): void {
  const last = new Map<string, string>()
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at]?.toLowerCase(), raw[at + 1]]
    require(!last.has(name) || !AT_MOST_ONCE.test(name), `${name} stands twice`)
    last.set(name, value.trim())
  }
  require(JSON.stringify([...headers].sort()) ===
    JSON.stringify([...last].sort()), 'Node.js reads other headers')
}

/** `undefined` also while more must come. */
function readOrRefused(bytes: Buffer) {
  try {
    return readResponse(bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPROTO') return undefined
    throw error
  }
}

/** The answer to a request over a connection that has these bytes. `undefined` if Node.js refuses it. */
function readByNode(bytes: Buffer): Promise<IncomingMessage | undefined> {
  const connection = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() })
  connection.push(bytes)
  connection.push(null)
  const asked = request({ createConnection: () => connection }).end()
  return new Promise((resolve) => asked.once('response', resolve).once('error', () => resolve(undefined)))
}

const requested = fc.oneof(
  fc.constantFrom<unknown>(null, {}, { essential: true }, { essential: 'true' }, 7, [], 'sub'),
  fc.record(
    {
      essential: fc.boolean(),
      value: fc.constantFrom<unknown>('alice', 'bob', '', 7, null, {}),
      values: fc.constantFrom<unknown>(['alice'], ['alice', 'bob'], [], 'alice', [['alice']], null),
    },
    { requiredKeys: [] },
  ),
)
const claimsMember = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.dictionary(fc.constantFrom('sub', 'acr', 'auth_time', '__proto__', 'name'), requested),
  },
  fc.constantFrom<unknown>(null, [], 'x', 7),
)

const claims: Target = {
  name: 'claims',
  runs: 2_000,
  input: fc
    .tuple(
      fc.record({ id_token: claimsMember, userinfo: claimsMember, other: requested }, { requiredKeys: [] }),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant('') },
        join(['"sub":null,', '{', '}', ' ', '\\', '\ud800', '"'], 3),
      ),
      fc.nat(60),
    )
    .map(([value, put, at]) => {
      const text = JSON.stringify(value)
      return text.slice(0, at) + put + text.slice(at)
    }),
  check: (input) => {
    const text = Buffer.from(input as string).toString()
    const read = parseClaims(text)
    if (typeof read === 'string') return
    require(!repeatsMember(text), 'a member is there twice')
    const other = JSON.parse(text) as Partial<
      Record<'id_token' | 'userinfo', Record<string, Wanted | null> | null>
    >
    const subjects = [other.id_token?.['sub'], other.userinfo?.['sub']].flatMap(valuesOf)
    require(subjects.every((one) => one === read.subject), 'another subject than the client requested')
    require((read.subject === undefined) === (subjects.length === 0), 'the subject is lost')
    const acr = other.id_token?.['acr']
    require(JSON.stringify(read.acrs) === JSON.stringify(valuesOf(acr)), 'other classes of authentication')
    require(read.acrEssential === (acr?.essential === true), 'another need of a class')
    for (const [ours, theirs] of [
      [read.idToken, other.id_token] as const,
      [read.userInfo, other.userinfo] as const,
    ])
      require(JSON.stringify(ours ?? null) === JSON.stringify(theirs ?? null), 'other claims')
  },
}

interface Wanted {
  readonly essential?: unknown
  readonly value?: unknown
  readonly values?: unknown
}

const valuesOf = (wanted: Wanted | null | undefined) =>
  [wanted?.value, wanted?.values].flat().filter((value) => value !== undefined)

const ifMatch: Target = {
  name: 'if-match',
  runs: 2_000,
  input: fc.array(
    join(['"a"', 'W/"b"', '"c,d"', '""', '"', ',', ' ', '\t', '*', 'w/', 'e', '"é"', '" "', '\\'], 6),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
  check: async (input) => {
    const text = (input as string[]).join(',')
    const headers = new Map([['if-match', input as string[]]])
    const isAny = text.trim() === '*'
    const tags = await unlessRefused([Refusal], () => readIfMatch({ ...httpRequest({}), headers }))
    if (isAny) require(tags === undefined, 'a condition')
    else require(JSON.stringify(tags) === JSON.stringify(strongTags(text)), 'other tags')
  },
}

/** Between quotes are tags, and between tags is at least one comma. `undefined` if it is malformed, or has no tag. */
function strongTags(text: string): string[] | undefined {
  const parts = text.split('"')
  const tags = parts.filter((_, i) => i % 2 === 1)
  const between = parts.filter((_, i) => i % 2 === 0)
  const last = between.length - 1
  const isWhole = parts.length % 2 === 1 && tags.length > 0 && tags.every((tag) => /^[^\s\x7f]*$/.test(tag))
  const isFitting = between.every((part, i) => {
    const isSeparate = i === 0 || i === last || part.includes(',')
    return (
      isSeparate &&
      (i === last ? /^[ \t,]*$/ : /^[ \t,]*(?:W\/)?$/).test(part) &&
      (i !== last || i === 0 || /^[ \t]*(?:,|$)/.test(part))
    )
  })
  return isWhole && isFitting ? tags.filter((_, i) => between[i]?.endsWith('W/') !== true) : undefined
}

const IN_CREDENTIALS = ['Bearer ', 'DPoP ', 'dpop', ' ', ',', 'abc', 'a.b.c', '=', '~', 'é', '\t', 'Basic ']

const presentedTokens: Target = {
  name: 'presented-token',
  runs: 2_000,
  input: fc.tuple(
    fc.array(fc.oneof(fc.constantFrom('Bearer abc', 'DPoP abc='), join(IN_CREDENTIALS, 4)), { maxLength: 2 }),
    fc.array(fc.constantFrom('a.b.c', '', 'x'), { maxLength: 2 }),
  ),
  check: (input) => {
    const [authorization, dpop] = input as [string[], string[]]
    const read = readPresentedToken(authorization, dpop)
    const [, scheme, token] = /^(bearer|dpop) +([\w.~+/-]+=*)$/i.exec(authorization[0] ?? '') ?? []
    const isDpop = scheme?.toLowerCase() === 'dpop'
    const isRight = authorization.length === 1 && token !== undefined && dpop.length === (isDpop ? 1 : 0)
    require((typeof read === 'object') === isRight, JSON.stringify(read))
    if (typeof read === 'object')
      require(read.token === token && read.proof === dpop[0], 'another token or proof')
  },
}

export const READER_TARGETS = [responses, claims, ifMatch, presentedTokens]
