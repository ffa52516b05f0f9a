import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterCloud } from "../machine/cloud-place.ts";
import type { Script, Step } from "../machine/machine.ts";

/** A Kubernetes cluster: where objects are made, and where the steps between them are taken. */
export interface Cluster {
  readonly provider: kubernetes.Provider;
  /** Options of every component in this cluster: its providers, and what ties it to its life. */
  readonly options: pulumi.ComponentResourceOptions;
  /** Where it is made; undefined where somebody else runs it. */
  readonly cloud?: ClusterCloud;
  /**
   * Runs one of the programs in `steps/` where Pulumi runs, with its arguments as JSON on standard input: when
   * the step is new, and again when anything of them changes. A step that fails leaves no trace in the
   * state (an update keeps the old one), so that the next `up` takes it again.
   */
  step(name: string, call: StepCall, opts: pulumi.CustomResourceOptions): Step;
  /** Takes a step in a container that runs in the cluster, as a machine does: see `Machine.run`. */
  runIn(
    container: RunningContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step;
  /** The same in a pod that is made for it, and gone when it is done. */
  runInNew(
    container: NewContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step;
  /**
   * The script's `apply` in such a container, each time that a resource is made which has this among its
   * `hooks.beforeCreate`; when it fails, the resource is not made.
   */
  beforeCreate(container: RunningContainer, name: string, script: Script): pulumi.ResourceHook;
}

export interface StepCall {
  /** Name of the program. */
  readonly program:
    | "await-certificate"
    | "check-cluster"
    | "find-cert-manager"
    | "load-seed"
    | "pull-image"
    | "roll-out"
    | "roll-out-part"
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
}

export interface RunningContainer {
  readonly namespace: pulumi.Input<string>;
  /** Pods of a StatefulSet have names that stay. */
  readonly pod: pulumi.Input<string>;
  readonly container: string;
}
