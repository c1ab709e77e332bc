import fc from 'fast-check'
import { expect, test } from 'vitest'
import { availableScopes, grantScopes } from '../../../shared/token/scopes.ts'
import { covers, parseScope } from '../../../shared/request/scope.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service } from '../../../shared/store/service.ts'

/** RFC 6749 section 3.3: NQCHAR. */
const token = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,12}$/)
const tokens = fc.array(token, { minLength: 1, maxLength: 8 })

test('scopes are read in the order asked, each once', () => {
  fc.assert(
    fc.property(tokens, (names) => {
      expect(parseScope(names.join(' '))).toEqual([...new Set(names)])
    }),
  )
})

test('scopes that are joined and parsed again are the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        tokens.map((names) => names.join(' ')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        const scopes = parseScope(text)
        if (scopes !== 'malformed') expect(parseScope(scopes.join(' '))).toEqual(scopes)
      },
    ),
  )
})

test('a scope has only tokens and single spaces, and nothing is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '"', '\\', '\t', 'é', '!', '~', '\x7f') })
  fc.assert(
    fc.property(text, (asked) => {
      const legal = asked.split(' ').every((name) => /^[aB!~]+$/.test(name))
      expect(parseScope(asked) !== 'malformed').toBe(legal)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['nothing', ''],
  ['a space', ' '],
  ['a space in front', ' a'],
  ['a space behind', 'a '],
  ['two spaces', 'a  b'],
  ['a tab', 'a\tb'],
  ['a line break', 'a\nb'],
  ['a line break at the end', 'a\n'],
  ['a no-break space', 'a\u00a0b'],
  ['a quote', 'a"'],
  ['a backslash', 'a\\b'],
  ['NUL', 'a\0'],
  ['DEL', 'a\x7f'],
  ['a letter outside ASCII', 'é'],
])('a scope of %s is refused', (_what, text) => {
  expect(parseScope(text)).toBe('malformed')
})

test('a scope may have 4096 characters and not 4097', () => {
  expect(parseScope('a'.repeat(4096))).toEqual(['a'.repeat(4096)])
  expect(parseScope('a'.repeat(4097))).toBe('malformed')
  const many = Array.from({ length: 2048 }, () => 'a').join(' ')
  expect(parseScope(many)).toEqual(['a'])
  expect(parseScope(`${many} a`)).toBe('malformed')
})

const scopeless = Service.parse({ apiKey: 1, issuer: 'https://as.example.com', credentials: [] })
const service = {
  ...scopeless,
  supportedScopes: [
    { name: 'read', defaultEntry: true },
    { name: 'write', defaultEntry: false },
    { name: 'admin', defaultEntry: true },
  ],
}
const client = Client.parse({ clientId: 1 })
const limited = (...requestableScopes: string[]) => ({
  ...client,
  extension: { requestableScopesEnabled: true, requestableScopes },
})

test('available scopes are those of the service', () => {
  expect([...availableScopes(service, client)]).toEqual(['read', 'write', 'admin'])
})

test('available scopes are limited by the requestable scopes of the client, which add none', () => {
  expect([...availableScopes(service, limited('write', 'unknown'))]).toEqual(['write'])
  expect([...availableScopes(service, limited())]).toEqual([])
})

test('available scopes are not limited while requestable scopes are not enabled', () => {
  const extension = { requestableScopesEnabled: false, requestableScopes: ['write'] }
  expect([...availableScopes(service, { ...client, extension })]).toEqual(['read', 'write', 'admin'])
})

test.each([
  ['the requested scopes, in their order', 'write read', client, ['write', 'read']],
  ['a repeated scope once', 'read read', client, ['read']],
  ['without those that are unknown', 'read nonsense', client, ['read']],
  ['without those that the client may not have', 'read write', limited('write'), ['write']],
  ['nothing that only looks like a scope of the service', 'READ constructor', client, 'none'],
  ['none, when nothing of it is left', 'nonsense', client, 'none'],
  ['none, when the client may have none', 'read', limited(), 'none'],
  ['malformed, when it is not in the grammar', 'read  write', client, 'malformed'],
  ['the default entries, when nothing was asked', undefined, client, ['read', 'admin']],
  ['the default entries that the client may have', undefined, limited('admin'), ['admin']],
  ['no scopes, when nothing was asked and there is no default', undefined, limited('write'), []],
] as const)('the granted scopes are %s', (_what, asked, asking, expected) => {
  expect(grantScopes(asked, service, asking)).toEqual(expected)
})

test('no scopes are granted when scopes are required, none are asked and none are default', () => {
  const required = { ...service, scopeRequired: true }
  expect(grantScopes(undefined, required, limited('write'))).toBe('none')
  expect(grantScopes(undefined, required, client)).toEqual(['read', 'admin'])
  expect(grantScopes('write', required, client)).toEqual(['write'])
})

test.each([
  [['a', 'b'], ['a'], true],
  [['a', 'b'], ['b', 'a'], true],
  [['a', 'b'], [], true],
  [[], [], true],
  [[], ['a'], false],
  [['a'], ['a', 'b'], false],
  [['ab'], ['a'], false],
  [['a'], ['A'], false],
])('whether %j covers %j is %s', (held, needed, expected) => {
  expect(covers(held, needed)).toBe(expected)
})
