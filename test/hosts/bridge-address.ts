import { networkInterfaces } from "node:os";
import { docker } from "../e2e/clone.ts";

/** The address of this machine on Docker's own bridge, which containers of every network reach. */
export function bridgeAddress(): string {
  const said = docker(
    ...["network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}"],
  );
  // Not every engine says it of this one network.
  const address = said || networkInterfaces()["docker0"]?.[0]?.address;
  if (address === undefined) throw new Error("Docker has no bridge of its own on this machine.");
  return address;
}
