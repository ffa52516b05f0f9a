import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterCloud } from "../machine/cloud-place.ts";
import type { ClusterSteps } from "./cluster-steps.ts";

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
