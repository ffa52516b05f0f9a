import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import type { CheckClusterArgs } from "../cluster-needs.ts";
import { defineLastStep, defineReversibleStep, defineShell, defineStep } from "./define-step.ts";
import type { Rolled } from "./deployments.ts";
import type { InPod } from "./exec.ts";
import type { ExternalResourcesArgs } from "./external-resources.ts";
import type { RollOutArgs } from "./roll-out-attempt.ts";

/** Whether a cluster that somebody else runs can take the stack. */
export const CHECK_CLUSTER = defineStep<CheckClusterArgs>("check-cluster");

/** Lets a node fetch an image, and looks whether that has a shell. */
export const PULL_IMAGE = defineStep<{
  readonly namespace: string;
  /** Of a pod that would run the image. */
  readonly template: V1PodTemplateSpec;
  /** Settings whose commands a shell is to run. */
  readonly shellFor: readonly string[];
  /** Name by which `slipway:images` has it; undefined for an image of the app. */
  readonly setting?: string;
}>("pull-image");

/** Waits for the one pod of the database. */
export const AWAIT_DATABASE = defineStep<{
  readonly namespace: string;
  /** Of the StatefulSet. */
  readonly name: string;
  /** Of the claim that its pod needs. */
  readonly claim: string;
  /** Another StatefulSet, or another pod of it, is waited for anew. */
  readonly uid: string;
  readonly spec: unknown;
}>("await-database");

/** Loads the seed of a database that has nothing in it. */
export const SEED_DATABASE = defineStep<
  InPod & {
    /** Where the database has its data: another place is loaded anew. */
    readonly data: string;
    readonly file: string;
    /** What both scripts are given. */
    readonly words: readonly string[];
  }
>("load-seed");

/** The roll-out of what goes before the app. */
export const ROLL_OUT_PART = defineStep<{
  readonly namespace: string;
  readonly part: Rolled;
  /** Name by which `slipway:images` has the image of its pods. */
  readonly setting: string;
}>("roll-out-part");

/** The roll-out of a process of the app. */
export const ROLL_OUT_PROCESS = defineStep<{
  readonly namespace: string;
  readonly rolled: Rolled;
}>("roll-out-process");

/** The roll-out of a release; prints the verified releases, newest first. */
export const ROLL_OUT = defineStep<RollOutArgs>("roll-out");

/** Whether anybody in the cluster would get a certificate. */
export const FIND_CERT_MANAGER = defineStep<Readonly<Record<never, never>>>("find-cert-manager");

/** Waits for the certificate of a host name. */
export const AWAIT_CERTIFICATE = defineStep<{
  readonly namespace: string;
  readonly issuer: string;
  /** Name of the Certificate, and of the Secret that it is kept in. */
  readonly name: string;
  readonly domain: string;
  /** Where the name has to lead to. */
  readonly address: string;
  readonly seconds: number;
}>("await-certificate");

/** Has an ingress controller say what it thinks of annotations. */
export const TRY_INGRESS = defineStep<{
  readonly namespace: string;
  readonly name: string;
  readonly className: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** How long to wait for a controller to say something. */
  readonly seconds: number;
}>("try-ingress");

/** Prints the namespace of the ingress controller of another stack. */
export const FIND_CONTROLLER = defineStep<{
  readonly className: string;
  /** The stack that has it. */
  readonly servedBy: string;
}>("find-controller");

/** Labels a namespace. */
export const LABEL_NAMESPACE = defineReversibleStep<{
  readonly namespace: string;
  readonly label: string;
  readonly value: string;
}>("label-namespace");

/** Lets go of what a cluster has outside of itself, before it is deleted. */
export const LET_GO = defineLastStep<
  ExternalResourcesArgs & {
    /** The cluster that goes; the file may have come to be of the next one. */
    readonly server: string;
    /** Whether disks go as well, and what is on them. */
    readonly withData: boolean;
  }
>("let-go");

/** Stands for `sh` in a container that runs. */
export const SHELL = defineShell("shell", ["kubeconfig", "namespace", "pod", "container"]);

/** Stands for `sh` in a container of a pod that is made for it from a PodTemplate. */
export const SHELL_IN_NEW_POD = defineShell("shell-in-new-pod", [
  ...(["kubeconfig", "namespace", "template", "container"] as const),
]);
