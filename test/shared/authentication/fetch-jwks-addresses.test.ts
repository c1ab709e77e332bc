import { expect, test } from 'vitest'
import type { Internet } from '../../../shared/runtime/internet.ts'
import { fetchJwks } from '../../../shared/authentication/fetch-jwks.ts'
import { parseJwksUri } from '../../../shared/authentication/jwks-uri.ts'
import { isPublicAddress } from '../../../shared/runtime/public-address.ts'
import { HOST, reasonFor, testKeyServer } from './key-server.ts'

const server = await testKeyServer()

const fetch = (changed: Partial<Internet> = {}, uri = server.uri) =>
  fetchJwks(uri, { ...server.internet, ...changed })

const answering = (...addresses: string[]): Partial<Internet> => ({
  resolve: (hostname) => {
    server.seen.lookups.push(hostname)
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
  },
  isAllowed: isPublicAddress,
})

test.each([
  ...['127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1'],
  ...['192.0.2.1', '::1', 'fe80::1', 'fd00:ec2::254', '::ffff:127.0.0.1'],
])('a name that resolves to %s is refused without a connection', async (address) => {
  expect(await reasonFor(fetch(answering(address)))).toBe('address-refused')
  expect(server.seen.connections).toBe(0)
})

test('a name that resolves to a public and a private address is refused', async () => {
  for (const addresses of [
    ['1.1.1.1', '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1'],
  ]) {
    expect(await reasonFor(fetch(answering(...addresses)))).toBe('address-refused')
  }
  expect(server.seen.connections).toBe(0)
})

test.each([
  ...['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '127.1', '017700000001'],
  ...['①②⑦.0.0.1'],
])('the address %s in the URL is refused without a connection or a lookup', async (host) => {
  const outcome = fetch(answering('1.1.1.1'), `https://${host}:${server.port}/`)
  expect(await reasonFor(outcome)).toBe('address-refused')
  expect(server.seen).toMatchObject({ connections: 0, lookups: [] })
})

test('a name is resolved once, and the connection goes to that very address', async () => {
  const answers = ['127.0.0.1', '10.0.0.1', '127.0.0.2']
  const asked: string[] = []
  const judged: string[] = []
  const set = await fetch({
    resolve: (hostname) => {
      asked.push(hostname)
      return Promise.resolve([{ address: answers.shift() ?? '', family: 4 }])
    },
    isAllowed: (address) => {
      judged.push(address)
      return address === '127.0.0.1'
    },
  })
  expect(set).toEqual({ keys: [] })
  expect([asked, judged]).toEqual([[HOST], ['127.0.0.1']])
  expect(server.seen.connections).toBe(1)
  // The same name now leads elsewhere.
  const rebound = fetch({ resolve: () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]) })
  expect(await reasonFor(rebound)).toBe('address-refused')
  expect(server.seen.connections).toBe(1)
})

test('any of the addresses of a name will do', async () => {
  const nobody = { address: '127.0.0.1', family: 4 }
  const resolve = () => Promise.resolve([nobody, nobody])
  expect(await fetch({ resolve })).toEqual({ keys: [] })
})

test.each(['https://client.example/jwks', 'HTTPS://client.example:8443/?a=b', 'https://1.1.1.1/'])(
  'a key set may be at %s',
  (uri) => {
    expect(parseJwksUri(uri)?.protocol).toBe('https:')
  },
)

test.each([
  ...['', 'jwks', '/jwks', '//client.example/jwks', 'https:', 'https://', 'https://a b/', 'https://[::1/'],
  ...['http://client.example/', 'file:///etc/passwd', 'data:application/json,{}', 'ftp://client.example/'],
  ...[
    'javascript:1',
    'https://user@client.example/',
    'https://user:pw@client.example/',
    'https://:pw@a.example/',
  ],
  ...['https://client.example/#a', `https://client.example/${'a'.repeat(2048)}`],
])('a key set may not be at %j', async (uri) => {
  expect(parseJwksUri(uri)).toBeUndefined()
  expect(await reasonFor(fetch({}, uri))).toBe('uri-malformed')
  expect(server.seen).toMatchObject({ connections: 0, lookups: [] })
})
