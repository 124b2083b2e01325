import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { isPublicAddress } from "../../../src/net/address-rules.ts";

const publicAddresses = [
  "1.0.0.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.15",
  "168.63.129.17",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "191.255.255.255",
  "192.0.1.0",
  "192.0.3.0",
  "192.88.98.255",
  "192.88.100.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "198.51.99.255",
  "198.51.101.0",
  "203.0.112.255",
  "203.0.114.0",
  "223.255.255.255",
  "2001:200::",
  "2001:4860:4860::8888",
  "2001:db7:ffff::",
  "2001:db9::",
  "2003::",
  "2606:4700::1111",
  "3ffe::1",
];

const otherAddresses: [string, string[]][] = [
  ["this network", ["0.0.0.0", "0.255.255.255"]],
  ["private", ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"]],
  ["carrier-grade NAT", ["100.64.0.0", "100.127.255.255", "100.100.100.200"]],
  ["loopback", ["127.0.0.0", "127.0.0.1", "127.255.255.255", "::1"]],
  ["link-local and cloud metadata", ["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1"]],
  ["Azure's wire server", ["168.63.129.16"]],
  ["protocol assignments", ["192.0.0.0", "192.0.0.192", "192.0.0.255", "2001:1::1", "2001:1ff:ffff::"]],
  [
    "documentation",
    ["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::", "2001:db8:ffff::", "3fff::", "3fff:fff::"],
  ],
  ["6to4", ["192.88.99.1", "2002::", "2002:7f00:1::", "2002:ffff::"]],
  ["benchmarking", ["198.18.0.0", "198.19.255.255", "2001:2::1"]],
  ["multicast", ["224.0.0.1", "239.255.255.255", "ff02::1", "ffff::"]],
  ["reserved and broadcast", ["240.0.0.0", "255.255.255.255"]],
  ["unspecified", ["::"]],
  ["unique local", ["fc00::", "fd00:ec2::254", "fdff:ffff::"]],
  ["site-local", ["fec0::1"]],
  ["IPv4-mapped, even of a public address", ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8"]],
  ["IPv4-compatible", ["::127.0.0.1", "::8.8.8.8"]],
  ["NAT64", ["64:ff9b::", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1"]],
  ["Teredo", ["2001::", "2001:0:7f00:1::"]],
  ["discard only", ["100::"]],
  ["with a zone", ["fe80::1%eth0", "fe80::1%25eth0"]],
  [
    "no address",
    ["", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "1.2.3.4.5", "[::1]", "8.8.8.8 ", "8.8.8.8:443"],
  ],
];

for (const address of publicAddresses) {
  test(`${address} is public`, () => assert.equal(isPublicAddress(address), true));
}

for (const [kind, addresses] of otherAddresses) {
  test(`not public: ${kind}`, () => assert.deepEqual(addresses.filter(isPublicAddress), []));
}

test("an IPv4 address is never public in any of its IPv6 disguises", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
      const disguises = [`::ffff:${hex}`, `::${hex}`, `64:ff9b::${hex}`, `2002:${hex}::`, `2001:0:${hex}::`];
      assert.deepEqual(disguises.filter(isPublicAddress), []);
    }),
  );
});
