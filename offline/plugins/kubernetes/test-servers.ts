import { BlockList, isIP } from "node:net";

/** Addresses that a cluster for tests may have: of this machine, private, or nobody's. */
const OURS = new BlockList();
for (const [network, prefix] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["192.0.2.0", 24],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
] as const) {
  OURS.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::1", 128],
  ["fc00::", 7],
  ["2001:db8::", 32],
] as const) {
  OURS.addSubnet(network, prefix, "ipv6");
}

/** Names that nobody can own, and names without a domain. */
const UNOWNED = /^[^.]+$|(^|\.)(localhost|test|example|invalid)$/;

/** Nobody shall believe, or fear, that a stand-in deploys to a cluster that others use. */
export function refuseRealServer({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  const isOurs =
    family === 0 ? UNOWNED.test(host) : OURS.check(host, family === 4 ? "ipv4" : "ipv6");
  if (!isOurs) {
    throw new Error(
      `the stand-in for the kubernetes plugin is for clusters in tests, and ${host} is a public ` +
        "address. To deploy there, run `SLIPWAY_TOOLS=official npm start` in a fresh clone.",
    );
  }
}
