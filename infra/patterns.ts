import { isIPv4 } from "node:net";

export const IPV4 = { test: isIPv4 };
export const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
/** As clouds name regions and sizes. */
export const SLUG = /^[a-z0-9-]+$/;
/** `ADDRESS/BITS`, or an address alone. */
export const NETWORK = { test: isNetwork };
/** What names a build's secret: the id of its mount, and the name of its file. */
export const BUILD_SECRET_ID = /^[\w-][\w.-]{0,63}$/;

function isNetwork(value: string): boolean {
  const [address = "", bits = "32", more] = value.split("/");
  return isIPv4(address) && /^\d+$/.test(bits) && Number(bits) <= 32 && more === undefined;
}
