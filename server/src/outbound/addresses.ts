// Decides which IP addresses are public. All others are refused unless the operator allows the host.
import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose registry, plus addresses that cloud providers use for their own services outside of it. */
const special_ipv4 = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers (CGNAT); Alibaba's metadata
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's host, reachable from all of its machines
  '169.254.0.0/16', // link-local; metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; Oracle's metadata
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]

/**
 * Only 2000::/3 is allocated as global unicast, so everything outside it needs no list: loopback, unspecified, mapped and
 * compatible IPv4, NAT64, discard-only, unique local, link-local, site-local, multicast, segment routing.
 */
const global_ipv6 = '2000::/3'
const special_ipv6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3ffe::/16', // the former 6bone
  '3fff::/20', // documentation
]

const refused = createBlockList([...special_ipv4, ...special_ipv6])
const unicast = createBlockList([global_ipv6])

function createBlockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), isIP(network) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** False for invalid addresses and for addresses with a zone, which are always local. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4')
    case 6:
      return !address.includes('%') && unicast.check(address, 'ipv6') && !refused.check(address, 'ipv6')
    default:
      return false
  }
}
