import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterCloud } from "../machine/cloud-place.ts";
import type { ClusterSteps } from "./cluster-steps.ts";
import type { PodResources } from "./pod-resources.ts";

/** A Kubernetes cluster: where objects are made, and where the steps between them are taken. */
export interface Cluster {
  readonly provider: kubernetes.Provider;
  /** Options of every component in this cluster: its providers, and what ties it to its life. */
  readonly options: pulumi.ComponentResourceOptions;
  /** Where it is made; undefined where somebody else runs it. */
  readonly cloud?: ClusterCloud;
  /** Steps that are taken between its objects. */
  readonly steps: ClusterSteps;
}

export interface StepCall {
  /** Name of the program. */
  readonly program:
    | "await-certificate"
    | "await-database"
    | "check-cluster"
    | "find-cert-manager"
    | "find-controller"
    | "load-seed"
    | "pull-image"
    | "roll-out"
    | "roll-out-part"
    | "roll-out-process"
    | "try-ingress";
  readonly args: Readonly<Record<string, pulumi.Input<unknown>>>;
}

export interface NewContainer {
  readonly namespace: pulumi.Input<string>;
  /** Name of the PodTemplate that the pod is made from. */
  readonly template: pulumi.Input<string>;
  readonly container: string;
}

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

export interface RunningContainer {
  readonly namespace: pulumi.Input<string>;
  /** Pods of a StatefulSet have names that stay. */
  readonly pod: pulumi.Input<string>;
  readonly container: string;
}
