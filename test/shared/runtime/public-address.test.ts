import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPublicAddress } from '../../../shared/runtime/public-address.ts'

test.each([
  ...[
    ...['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...['128.0.0.0'],
  ],
  ...[
    ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.0.3.0'],
    ...['192.88.98.0'],
  ],
  ...['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.0', '203.0.112.0'],
  ...['223.255.255.255', '2001:200::1', '2001:4860:4860::8888', '2a00::1', '2003::1', '2600::', '3ffe::1'],
  ...['3fff:1000::', '2001:db7::1', '2001:db9::1'],
])('%s is a public address', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each([
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.1'],
  ...['127.255.255.255', '169.254.0.0', '169.254.169.254', '169.254.170.2', '172.16.0.0', '172.31.255.255'],
  ...[
    ...['192.0.0.0', '192.0.0.170', '192.0.2.0', '192.0.2.255', '192.88.99.1', '192.168.0.0'],
    ...['192.168.255.255'],
  ],
  ...['198.18.0.0', '198.19.255.255', '198.51.100.0', '203.0.113.255', '224.0.0.0', '239.255.255.255'],
  ...['240.0.0.0', '255.255.255.255'],
])('%s is not a public address', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each([
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['loopback, spelled out', '0:0:0:0:0:0:0:1'],
  ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
  ['IPv4-mapped loopback in hex', '::ffff:7f00:1'],
  ['IPv4-mapped public address', '::ffff:1.1.1.1'],
  ['IPv4-compatible', '::1.1.1.1'],
  ['NAT64', '64:ff9b::1.1.1.1'],
  ['NAT64 of this network', '64:ff9b:1::1'],
  ['discard', '100::1'],
  ['Teredo', '2001::1'],
  ['ORCHID', '2001:20::1'],
  ['benchmarks', '2001:2::1'],
  ['documentation', '2001:db8::1'],
  ['documentation, upper case', '2001:0DB8:FFFF::'],
  ['new documentation', '3fff::1'],
  ['new documentation, last', '3fff:fff::1'],
  ['6to4 of a private address', '2002:a00:1::1'],
  ['not allotted', '4000::1'],
  ['segment routing', '5f00::1'],
  ['unique-local', 'fc00::1'],
  ['metadata of a cloud', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['public with a zone', '2600::1%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
])('%s is not a public address: %s', (_name, address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each([
  ...['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '1.1.1.1 ', '[2600::1]', '1.1.1.01', '1.1.1'],
])('a text that is not an address is not public: %j', (text) => {
  expect(isPublicAddress(text)).toBe(false)
})

test('no IPv4 address is public inside an IPv6 address that stands for it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false)
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false)
    }),
  )
})
