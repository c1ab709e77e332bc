import fc from 'fast-check'
import { generateKeyPairSync, hash } from 'node:crypto'
import { JWS_ALGORITHMS } from '../../shared/certificate/jws-algorithms.ts'
import { verifyProof } from '../../shared/dpop/proof.ts'
import { requestUrl } from '../../shared/resource-url.ts'
import { START } from '../support/fixed-runtime.ts'
import { newProofKey } from '../support/proof-keys.ts'
import { pushing } from '../support/pushing.ts'
import { fuzzedSite } from './site.ts'
import { require, type Target } from './target.ts'

const ALL_ALGORITHMS = [...JWS_ALGORITHMS.keys()]
const BASE = 'https://rs.example.com'
const key = newProofKey()
const other = newProofKey()

const IN_URLS = ['a', 'A', '.', '..', '%2e', '.%2E', '%61', '%25', '%252e', '%2f', '%5C', '%09', '~', '%7e']
const IN_PATHS = [...IN_URLS, 'é', '%C3%A9', '%c3%a9', ' ', '#', '?', '\\', '\t', ';', ':']
const paths = (parts: readonly string[]) =>
  fc
    .array(fc.array(fc.constantFrom(...parts), { maxLength: 2 }), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.map((segment) => segment.join('')).join('/')}`)

/** Changes that a server may make to a path before it compares it. */
const CHANGES: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toLowerCase(),
  (path) => `/admin/..${path}`,
  (path) => path.replaceAll('/', '\\').replace('\\', '/'),
  (path) => path.replaceAll('%25', '%'),
  (path) => path.replace('/', '/%61/'),
  (path) => `${path}/.`,
  (path) => `${path} `,
  (path) => resolved(path),
  (path) => normal(path),
]

const proofUrls: Target = {
  name: 'proof-url',
  runs: 1_000,
  input: fc.oneof(
    fc.tuple(paths(IN_URLS), fc.constantFrom(...CHANGES)).map(([signed, change]) => [signed, change(signed)]),
    fc.tuple(paths(IN_URLS), paths(IN_PATHS)),
  ),
  check: (input) => {
    const [signed, path] = input as [string, string]
    const url = requestUrl(BASE, path)
    const claims = { htm: 'GET', htu: BASE + signed }
    const sent = { text: key.proof(claims), htm: 'GET', htu: url === undefined ? [] : [url] }
    const passes = typeof verifyProof(sent, START, ALL_ALGORITHMS) === 'object'
    // Characters that no URL has stand for their escapes: API Gateway decodes paths.
    const written = path.replace(/[^!-~]|[?#]/gu, encodeURIComponent)
    const isRight = [resolved(signed), normal(signed)].includes(written)
    require(passes === isRight, `a proof for ${signed} ${passes ? 'passes' : 'fails'} at ${path}`)
  },
}

/** RFC 3986 section 5.2.4. */
function resolved(path: string): string {
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  for (const [i, segment] of segments.entries()) {
    const dots = segment.replaceAll(/%2e/gi, '.')
    if (dots === '..') kept.pop()
    if (dots !== '.' && dots !== '..') kept.push(segment)
    else if (i === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}

/** RFC 3986 section 6.2.2. */
function normal(path: string): string {
  return resolved(path).replaceAll(/%[2-7][0-9a-f]/gi, (escape) =>
    decodeURIComponent(escape).replace(/[^\w.~-]/, escape.toUpperCase()),
  )
}

const [ABSENT, OWN] = ['{{absent}}', '{{own}}']
const TARGET = `${BASE}/accounts`
const ath = hash('sha256', 'token', 'base64url')
/** Values of the members of a proof for the target and the access token `token`: right ones, and wrong ones. */
// prettier-ignore
const HEADER: Members = {
  typ: [['dpop+jwt', 'DPoP+JWT', 'application/dpop+jwt'], ['JWT', 'at+jwt', '', 7, null, ['dpop+jwt'], ABSENT]],
  alg: [['ES256'], ['ES384', 'RS256', 'EdDSA', 'HS256', 'none', 'ES256K', 'es256', '', 7, null, ['ES256'], ABSENT]],
  jwk: [[OWN], ['{{other}}', '{{private}}', '{{octets}}', '{{padded}}', '{{cut}}', '', null, [], {}, ABSENT]],
  kid: [[ABSENT, 'k', 7, null, {}], []],
  crit: [[ABSENT], [[], ['b64'], null, 'exp']],
  b64: [[ABSENT, false, true], []],
}
// prettier-ignore
const CLAIMS: Members = {
  jti: [['a', ' ', 'é', '__proto__', 'x'.repeat(256)], ['', 'x'.repeat(257), 7, null, ['a'], {}, ABSENT]],
  htm: [['GET'], ['get', 'POST', 'GET ', '', null, ['GET'], ABSENT]],
  htu: [
    [TARGET, 'HTTPS://RS.example.com:443/%61ccounts?a#b', `${BASE}/x/../accounts`],
    [`${BASE}/Accounts`, `${TARGET}/`, 'http://rs.example.com/accounts', '/accounts', `${BASE}@evil.example/accounts`,
     'https://rs.example.com:8443/accounts', 'javascript:/accounts', '', null, [TARGET], ABSENT],
  ],
  iat: [[START, START + 10, START - 59, START - 59.5], [START + 11, START - 60, String(START), 1e21, -1, null, [START], ABSENT]],
  nonce: [[ABSENT, '', 'n', 'é'], [7, null, ['n'], {}]],
  ath: [[ath], [`${ath}=`, ath.toLowerCase(), '', null, [ath], ABSENT]],
  exp: [[ABSENT, 0, 'x'], []],
}
type Members = Readonly<Record<string, readonly [right: readonly unknown[], wrong: readonly unknown[]]>>

const membersOf = (members: Members) =>
  fc.record(
    Object.fromEntries(
      Object.entries(members).map(([name, [right, wrong]]) => [
        name,
        fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom(...right) },
          fc.constantFrom(...(wrong.length > 0 ? wrong : right)),
        ),
      ]),
    ),
  )
const areRight = (members: Members, given: Readonly<Record<string, unknown>>) =>
  Object.entries(members).every(([name, [right]]) => right.includes(given[name]))

interface ProofInput {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly signer: 'own' | 'other'
  readonly change: readonly [at: number, cut: number, put: string]
}

const proofs: Target = {
  name: 'proof',
  runs: 1_500,
  input: fc.record({
    header: membersOf(HEADER),
    claims: membersOf(CLAIMS),
    signer: fc.oneof({ weight: 20, arbitrary: fc.constant('own') }, fc.constant('other')),
    change: fc.oneof(
      { weight: 4, arbitrary: fc.constant([0, 0, '']) },
      fc.tuple(fc.nat(600), fc.nat(2), fc.constantFrom('', 'A', '_', '-', '.', '=', ' ', '\n', 'é', '\0')),
    ),
  }),
  check: (input) => {
    const { header, claims, signer, change } = input as ProofInput
    const by = signer === 'own' ? key : other
    const made = by.proof(placed(claims), placed(header))
    const [at, cut, put] = change
    const text = made.slice(0, at) + put + made.slice(at + cut)
    const sent = { text, htm: 'GET', htu: [TARGET], accessToken: 'token' }
    const read = verifyProof(sent, START, ALL_ALGORITHMS)
    const isKeyRight = header['jwk'] === (signer === 'own' ? OWN : '{{other}}')
    const isRight =
      text === made && isKeyRight && areRight(HEADER, { ...header, jwk: OWN }) && areRight(CLAIMS, claims)
    require((typeof read === 'object') ===
      isRight, `${isRight ? 'refused' : 'verified'}: ${JSON.stringify(read)}`)
    if (typeof read === 'object')
      require(read.jkt === by.jkt && read.jti === claims['jti'], 'another key or identifier')
  },
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const VALUES = new Map<unknown, unknown>([
  [ABSENT, undefined],
  [OWN, key.jwk],
  ['{{other}}', other.jwk],
  ['{{private}}', privateKey.export({ format: 'jwk' })],
  ['{{octets}}', { kty: 'oct', k: 'AA' }],
  ['{{padded}}', { ...key.jwk, x: `${key.jwk.x}=` }],
  ['{{cut}}', { ...key.jwk, y: key.jwk.y?.slice(1) }],
])
const placed = (members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, VALUES.has(value) ? VALUES.get(value) : value]),
  )

const requestUris: Target = {
  name: 'request-uri',
  runs: 60,
  input: fc.oneof(
    fc.tuple(fc.nat(110), fc.constant(1), fc.constantFrom('A', 'b', '7', '_')),
    fc.tuple(fc.nat(110), fc.nat(2), fc.constantFrom('', '=', '.', '%41', ' ', '\0', 'é', '/')),
    fc.constantFrom('{{code}}', '{{ticket}}', '{{access}}', '{{refresh}}', '', '\ud800', 'a'.repeat(72)),
  ),
  check: async (input) => {
    const site = await fuzzedSite()
    const [client] = site.clients
    if (client === undefined) throw new Error('no client')
    const { pushed, start } = pushing(site.walk)
    const uri = await pushed(client)
    const given = await site.filled(input as string | [number, number, string])
    const asked =
      typeof given === 'string'
        ? uri.slice(0, 36) + given
        : uri.slice(0, given[0]) + given[2] + uri.slice(given[0] + given[1])
    const { json } = await start(client, asked)
    require((json['action'] === 'INTERACTION') === (asked === uri), String(json['resultCode']))
    require(typeof json['resultCode'] === 'string' && json['action'] !== 'INTERNAL_SERVER_ERROR', 'a failure')
  },
}

export const PROOF_TARGETS = [proofUrls, proofs, requestUris]
