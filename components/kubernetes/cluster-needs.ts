import type { PodResources } from "./pod-resources.ts";

/** What a stack asks of a cluster that it does not make. */
export interface ClusterNeeds {
  readonly project: string;
  readonly stack: string;
  /** Must not be there already, unless it is the stack's. */
  readonly namespace: string;
  /** Class of a controller that has to be there; undefined brings one of the stack's own. */
  readonly ingressClass: string | undefined;
  /** Whether there is a claim, and so has to be a storage class. */
  readonly claim: boolean;
  /** Undefined takes the cluster's default. */
  readonly storageClass: string | undefined;
  /** Whether certificates are to be got there. */
  readonly certManager: boolean;
  /** What is to fit into the namespace. */
  readonly room: CapacityRequest;
}

/** Where a cluster is that a stack does not make. */
export interface ClusterWhereabouts {
  /** Address of its API server. */
  readonly server: string;
  /** Address at which the stack found it before; undefined where that is the same, or nothing is up. */
  readonly movedFrom?: string;
}

/** What such a cluster is asked before anything is made there. */
export type CheckClusterArgs = ClusterNeeds & ClusterWhereabouts;

/** What a stack takes up in its namespace, for quotas and ranges to be held against. */
export interface CapacityRequest {
  /** Always there. */
  readonly pods: readonly PodsNeeded[];
  /** There beside those for a while, one set of them at a time: a step's pod, the new ones of a release. */
  readonly passing: readonly (readonly PodsNeeded[])[];
  /** Size of the database's claim; undefined where there is none. */
  readonly claimGiB: number | undefined;
  readonly loadBalancers: number;
}

export interface PodsNeeded extends PodResources {
  readonly count: number;
}
