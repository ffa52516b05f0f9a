import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { OWN } from "../project.ts";
import { dockerTarget } from "./docker/index.ts";
import { ensureKeyFiles } from "./docker/key-files.ts";
import { reach } from "./docker/reach.ts";
import type { Target } from "./target.ts";

/** What components say of where they are, in the state. */
interface Recorded {
  readonly outputs?: {
    readonly ssh?: string;
    readonly namespaceName?: string;
    readonly psqlImage?: string;
    readonly gkeEndpoint?: string;
    readonly kubeconfigFile?: string;
  };
}

/** The text of the kubeconfig of the cluster that a stack is on. */
export async function kubeconfigOfStack(stack: Stack): Promise<string> {
  const said = await recordedOf(stack);
  const { kubeconfigOf } = await import("./kubernetes/kubeconfig.ts");
  return await kubeconfigOf(stack, {
    gkeEndpoint: said("gkeEndpoint"),
    kubeconfigFile: said("kubeconfigFile"),
  });
}

/** Where a stack runs, by what its state says of its machine or its cluster, and of its database. */
export async function targetOf(stack: Stack): Promise<Target> {
  const said = await recordedOf(stack);
  const namespace = said("namespaceName");
  if (namespace === undefined) {
    const ssh = said("ssh");
    if (ssh !== undefined) await ensureKeyFiles(stack, ssh);
    return dockerTarget(stack.name, reach(ssh), said("psqlImage"));
  }
  // The client of a cluster is loaded by those alone who use one.
  const { kubernetesTarget } = await import("./kubernetes/index.ts");
  return kubernetesTarget(stack.name, await kubeconfigOfStack(stack), namespace);
}

/** Removes what the clone keeps to reach a stack that is gone: keys, sockets, a kubeconfig. */
export function removeWayTo(stack: string): void {
  for (const command of ["ssh", "kube"]) {
    rmSync(join(OWN, command, stack), { recursive: true, force: true });
  }
}

async function recordedOf(stack: Stack) {
  const { deployment } = await stack.exportStack();
  const resources: Recorded[] = deployment.resources ?? [];
  return (key: keyof NonNullable<Recorded["outputs"]>) =>
    resources.find(({ outputs }) => outputs?.[key] !== undefined)?.outputs?.[key];
}
