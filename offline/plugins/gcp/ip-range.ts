import { BlockList, isIPv4 } from "node:net";

/** Whether all addresses of a range are in another one too. */
export function isWithin(range: string, other: string): boolean {
  const [[address, length], [otherAddress, otherLength]] = [parts(range), parts(other)];
  if (!isIPv4(address) || !isIPv4(otherAddress) || length < otherLength) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(otherAddress, otherLength, "ipv4");
  return list.check(address, "ipv4");
}

/** The address that Google's gateway has in a range: that after its own. */
export function firstHost(range: string): string {
  const [address] = parts(range);
  return address.replace(/\d+$/, (last) => String(Number(last) + 1));
}

function parts(range: string): [address: string, length: number] {
  const [address = "", length = ""] = range.split("/");
  return [address, Number(length)];
}
