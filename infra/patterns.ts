import { isIPv4 } from "node:net";

export const IPV4 = { test: isIPv4 };
/** `ADDRESS/BITS`, or an address alone. */
export const NETWORK = { test: isNetwork };

function isNetwork(value: string): boolean {
  const [address = "", bits = "32", more] = value.split("/");
  return isIPv4(address) && /^\d+$/.test(bits) && Number(bits) <= 32 && more === undefined;
}
