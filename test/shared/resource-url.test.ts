import { expect, test } from 'vitest'
import { isBaseUrl, requestUrl } from '../../shared/resource-url.ts'

test.each([
  ['/accounts', 'https://rs.example.com/v1/accounts'],
  ['//evil.example.com/accounts', 'https://rs.example.com/v1//evil.example.com/accounts'],
  ['/a?b#c', 'https://rs.example.com/v1/a%3Fb%23c'],
  ['/a b\t ', 'https://rs.example.com/v1/a%20b%09%20'],
  ['https://evil.example.com/', undefined],
  ['@evil.example.com/', undefined],
  ['*', undefined],
  ['', undefined],
  [undefined, undefined],
])('the URL of a request to %s is %s', (path, url) => {
  expect(requestUrl('https://rs.example.com/v1', path)).toBe(url)
})

test.each([
  ['https://rs.example.com', true],
  ['https://rs.example.com:8443/v1', true],
  ['http://localhost:8080', true],
  ['http://rs.example.com', false],
  ['https://rs.example.com/', false],
  ['https://rs.example.com?a', false],
  ['https://rs.example.com#a', false],
  ['https://user@rs.example.com', false],
  ['https://rs.example.com/v1/../v2', false],
  ['https://rs.example.com/%2E', false],
  ['https:\\\\rs.example.com', false],
  ['rs.example.com', false],
  ['', false],
])('whether %s can be the URL of a resource server: %s', (text, can) => {
  expect(isBaseUrl(text)).toBe(can)
})
