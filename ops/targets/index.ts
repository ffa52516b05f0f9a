import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { OutsideRequest } from "../../components/docker/outside-request.ts";
import { OWN } from "../project.ts";
import { StackState } from "../state/stack-state.ts";
import { dockerTarget } from "./docker/index.ts";
import { ensureKeyFiles } from "./docker/key-files.ts";
import { reach } from "./docker/reach.ts";
import type { AskedOfCluster } from "./kubernetes/outside.ts";
import type { Target } from "./target.ts";

/** What components say of where they are, in the state. */
interface Facts {
  readonly ssh: string;
  readonly namespaceName: string;
  readonly psqlImage: string;
  readonly gkeEndpoint: string;
  readonly kubeconfigFile: string;
  /** What the release that is live was verified by: of one kind on a Docker host, of another in a cluster. */
  readonly asked: unknown;
}

type Said = <K extends keyof Facts>(key: K) => Facts[K] | undefined;

/** The text of the kubeconfig of the cluster that a stack is on. */
export async function kubeconfigOfStack(stack: Stack): Promise<string> {
  return await kubeconfigFrom(stack, saidIn(await StackState.of(stack)));
}

async function kubeconfigFrom(stack: Stack, said: Said): Promise<string> {
  const { kubeconfigOf } = await import("./kubernetes/kubeconfig.ts");
  return await kubeconfigOf(stack, {
    gkeEndpoint: said("gkeEndpoint"),
    kubeconfigFile: said("kubeconfigFile"),
  });
}

/**
 * Where a stack runs, by what its state says of its machine or its cluster, and of its database.
 *
 * @param atHand its state; else it is read.
 */
export async function targetOf(stack: Stack, atHand?: StackState): Promise<Target> {
  const state = atHand ?? (await StackState.of(stack));
  const said = saidIn(state);
  const namespace = said("namespaceName");
  if (namespace === undefined) {
    const ssh = said("ssh");
    if (ssh !== undefined) await ensureKeyFiles(stack, ssh, state);
    const asked = said("asked") as OutsideRequest | undefined;
    return dockerTarget(stack.name, reach(ssh), { psqlImage: said("psqlImage"), asked });
  }
  // The client of a cluster is loaded by those alone who use one.
  const { kubernetesTarget } = await import("./kubernetes/index.ts");
  const kubeconfig = await kubeconfigFrom(stack, said);
  const asked = said("asked") as AskedOfCluster | undefined;
  return kubernetesTarget(stack.name, kubeconfig, namespace, asked);
}

/** Removes what the clone keeps to reach a stack that is gone: keys, sockets, a kubeconfig. */
export function removeWayTo(stack: string): void {
  for (const command of ["ssh", "kube"]) {
    rmSync(join(OWN, command, stack), { recursive: true, force: true });
  }
}

function saidIn(state: StackState): Said {
  return <K extends keyof Facts>(key: K) => state.output(key) as Facts[K] | undefined;
}
