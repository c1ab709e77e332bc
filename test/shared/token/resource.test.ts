import fc from 'fast-check'
import { expect, test } from 'vitest'
import { narrowedResources, parseResources } from '../../../shared/token/resource.ts'

test.each([
  ...['https://rs.example.com', 'https://rs.example.com/', 'https://rs.example.com:8443/a/b?c=d'],
  ...['HTTPS://rs.example.com', 'http://localhost:9000/api', 'https://[2001:db8::1]/'],
  ...['https://rs.example.com/%C3%A4', 'urn:example:resource', 'com.example.app:/x', 'api://0b2e6f'],
])('a resource may be %s', (resource) => {
  expect(parseResources([resource])).toEqual([resource])
})

test.each([
  ...['', 'rs.example.com', '/path', '//rs.example.com/', 'https:', 'https://', 'https:///path'],
  ...['https:rs.example.com', 'http:/rs.example.com', 'https://?query', 'https://rs.example.com/#'],
  ...['https://rs.example.com/#part', 'urn:', '1a:b', ':x', 'https://rs.example.com/ a'],
  ...[' https://rs.example.com', 'https://rs.example.com/%', 'https://rs.example.com/%zz'],
  ...['https://rs.example.com/ä', 'https://rs.example.com/\n', 'https://rs.example.com/"', '*'],
])('a resource may not be %j', (resource) => {
  expect(parseResources([resource])).toBe('malformed')
  expect(parseResources(['https://rs.example.com', resource])).toBe('malformed')
})

test('resources are taken once each, in their order', () => {
  expect(parseResources(['urn:b', 'urn:a', 'urn:b'])).toEqual(['urn:b', 'urn:a'])
  expect(parseResources([])).toEqual([])
})

test('ten resources are taken, and 1024 characters of all together', () => {
  const many = Array.from({ length: 11 }, (_, at) => `urn:r:${String(at)}`)
  expect(parseResources(many.slice(1))).toHaveLength(10)
  expect(parseResources(many)).toBe('malformed')
  expect(parseResources([`urn:${'a'.repeat(1020)}`])).toHaveLength(1)
  expect(parseResources([`urn:${'a'.repeat(1021)}`])).toBe('malformed')
})

test('no accepted resource has a fragment or white space', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 })), (values) => {
      const parsed = parseResources(values.map((value) => `https://a.example/${value}`))
      if (parsed !== 'malformed') for (const one of parsed) expect(one).toMatch(/^[^#\s]+$/)
    }),
  )
})

test.each([
  [[], [], []],
  [[], ['urn:a', 'urn:b'], ['urn:a', 'urn:b']],
  [['urn:b'], ['urn:a', 'urn:b'], ['urn:b']],
  [['urn:c'], ['urn:a', 'urn:b'], 'wider'],
  [['urn:a', 'urn:c'], ['urn:a', 'urn:b'], 'wider'],
  [['urn:a'], [], 'wider'],
  [['urn:A'], ['urn:a'], 'wider'],
])('a request for %j of the resources %j gives %j', (asked, granted, narrowed) => {
  expect(narrowedResources(asked, granted)).toEqual(narrowed)
})
