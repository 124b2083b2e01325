import { BlockList, isIP } from "node:net";

type Subnet = readonly [network: string, prefix: number];

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and what clouds serve their machines on public numbers. */
const reservedIpv4: readonly Subnet[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT, Alibaba's metadata
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's wire server, a public number that only its own machines reach
  ["169.254.0.0", 16], // link-local, most clouds' metadata
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments, Oracle's metadata
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarking
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

/**
 * The only IPv6 block that is given out to hosts (https://www.iana.org/assignments/ipv6-address-space). Everything else
 * is not public: `::`, loopback, unique local, link-local, multicast, IPv4-mapped, NAT64, …
 */
const globalIpv6: readonly Subnet[] = [["2000::", 3]];

/** https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies in the global block. */
const reservedIpv6: readonly Subnet[] = [
  ["2001::", 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, which embeds an IPv4 address
  ["3fff::", 20], // documentation
];

const notPublicIpv4 = blockList("ipv4", reservedIpv4);
const mayBePublicIpv6 = blockList("ipv6", globalIpv6);
const notPublicIpv6 = blockList("ipv6", reservedIpv6);

/** Whether a text is an IP address that belongs to a host of the public internet, which a stranger may have us dial. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublicIpv4.check(address, "ipv4");
    case 6:
      return mayBePublicIpv6.check(address, "ipv6") && !notPublicIpv6.check(address, "ipv6");
    default:
      return false;
  }
}

function blockList(family: "ipv4" | "ipv6", subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
