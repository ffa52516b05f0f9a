import { randomInt } from "node:crypto";

/** Inside of the nodes only: every cluster has the same. */
export const POD_NETWORK = "10.244.0.0/16";
export const SERVICE_NETWORK = "10.96.0.0/16";

/** Where everything of a cluster is on its network. */
export interface AddressPlan {
  readonly subnet: string;
  /** Where Docker puts containers that ask for no address. */
  readonly unasked: string;
  readonly gateway: string;
  readonly registry: string;
  readonly loadBalancers: string;
  readonly loadBalancerAddresses: readonly string[];
  /** @param index from 0 */
  node(index: number): string;
}

/** Not where Docker takes addresses by itself, nor where the cluster's pods and Services are. */
export function randomPlan(): AddressPlan {
  const prefix = `10.${randomInt(128, 240)}.${randomInt(256)}`;
  return {
    subnet: `${prefix}.0/24`,
    unasked: `${prefix}.64/26`,
    gateway: `${prefix}.1`,
    registry: `${prefix}.5`,
    loadBalancers: `${prefix}.192/26`,
    loadBalancerAddresses: Array.from({ length: 62 }, (_, index) => `${prefix}.${193 + index}`),
    node: (index) => `${prefix}.${11 + index}`,
  };
}

export function podSubnet(index: number): string {
  return `10.244.${index + 1}.0/24`;
}
