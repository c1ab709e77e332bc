import { BlockList, isIPv4, isIPv6 } from 'node:net'

type Subnets = readonly (readonly [net: string, prefix: number])[]

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast and reserved space. */
const SPECIAL_IPV4: Subnets = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, with the metadata services of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocols
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

/**
 * Global unicast (RFC 4291 section 2.4). All other addresses are refused: loopback, unique-local, link-local, multicast, and
 * those that contain an IPv4 address (IPv4-mapped, NAT64).
 */
const GLOBAL_IPV6: Subnets = [['2000::', 3]]

/** The global unicast entries of the IANA IPv6 Special-Purpose Address Registry. */
const SPECIAL_IPV6: Subnets = [
  ['2001::', 23], // IETF protocols, Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
]

interface Lists {
  readonly specialIpv4: BlockList
  readonly globalIpv6: BlockList
  readonly specialIpv6: BlockList
}

/** Made with the first address, because few requests need them. */
let made: Lists | undefined

function lists(): Lists {
  return (made ??= {
    specialIpv4: subnets('ipv4', SPECIAL_IPV4),
    globalIpv6: subnets('ipv6', GLOBAL_IPV6),
    specialIpv6: subnets('ipv6', SPECIAL_IPV6),
  })
}

/** Whether an IP address belongs to the public Internet according to the registries of IANA. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !lists().specialIpv4.check(address, 'ipv4')
  if (!isIPv6(address) || address.includes('%')) return false
  return lists().globalIpv6.check(address, 'ipv6') && !lists().specialIpv6.check(address, 'ipv6')
}

function subnets(family: 'ipv4' | 'ipv6', nets: Subnets): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, family)
  return list
}
