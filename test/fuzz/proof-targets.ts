import fc from 'fast-check'
import { verifyProof } from '../../shared/dpop/proof.ts'
import { requestUrl } from '../../shared/resource-url.ts'
import { START } from '../support/fixed-runtime.ts'
import { newProofKey } from '../support/proof-keys.ts'
import { require, type Target } from './target.ts'

const BASE = 'https://rs.example.com'
const key = newProofKey()

const IN_URLS = ['a', 'A', '.', '..', '%2e', '.%2E', '%61', '%25', '%252e', '%2f', '%5C', '%09', '~', '%7e']
const IN_PATHS = [...IN_URLS, 'é', '%C3%A9', '%c3%a9', ' ', '#', '?', '\\', '\t', ';', ':']
const paths = (parts: readonly string[]) =>
  fc
    .array(fc.array(fc.constantFrom(...parts), { maxLength: 2 }), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.map((segment) => segment.join('')).join('/')}`)

/** What a server may make of a path before it compares it. */
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
  runs: 1_500,
  input: fc.oneof(
    fc.tuple(paths(IN_URLS), fc.constantFrom(...CHANGES)).map(([signed, change]) => [signed, change(signed)]),
    fc.tuple(paths(IN_URLS), paths(IN_PATHS)),
  ),
  check: async (input) => {
    const [signed, path] = input as [string, string]
    const url = requestUrl(BASE, path)
    const claims = { htm: 'GET', htu: BASE + signed }
    const expected = { htm: 'GET', htu: url === undefined ? [] : [url], now: START }
    const passes = typeof (await verifyProof(key.proof(claims), expected)) === 'object'
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

export const PROOF_TARGETS = [proofUrls]
