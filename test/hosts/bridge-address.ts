import { docker } from "../e2e/clone.ts";

/** The address of this machine on Docker's own bridge, which containers of every network reach. */
export function bridgeAddress(): string {
  const format = "--format={{with index .IPAM.Config 0}}{{.Subnet}} {{.Gateway}}{{end}}";
  const [subnet = "", gateway] = docker("network", "inspect", "bridge", format).split(" ");
  // Not every engine says it of this one network, and Node sees no bridge that no container is on. It is the
  // first of the subnet.
  const address = gateway || /^([\d.]+\.)0\//.exec(subnet)?.[1]?.concat("1");
  if (address === undefined) throw new Error("Docker has no bridge of its own on this machine.");
  return address;
}
