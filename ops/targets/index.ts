import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { readConfig } from "../config.ts";
import { ROOT } from "../project.ts";
import { UserError } from "../user-error.ts";
import { dockerTarget } from "./docker/index.ts";
import { reach } from "./docker/reach.ts";
import type { Target } from "./target.ts";

/** What components say of where they are, in the state. */
interface Recorded {
  readonly outputs?: {
    readonly ssh?: string;
    readonly namespaceName?: string;
    readonly psqlImage?: string;
  };
}

/** Where a stack runs, by what its state says of its machine or its cluster, and of its database. */
export async function targetOf(stack: Stack): Promise<Target> {
  const { deployment } = await stack.exportStack();
  const resources: Recorded[] = deployment.resources ?? [];
  const said = <K extends "ssh" | "namespaceName" | "psqlImage">(key: K) =>
    resources.find(({ outputs }) => outputs?.[key] !== undefined)?.outputs?.[key];
  const namespace = said("namespaceName");
  if (namespace === undefined)
    return dockerTarget(stack.name, reach(said("ssh")), said("psqlImage"));
  // The client of a cluster is loaded by those alone who use one.
  const { kubernetesTarget } = await import("./kubernetes/index.ts");
  return kubernetesTarget(stack.name, await kubeconfigOf(stack), namespace);
}

async function kubeconfigOf(stack: Stack): Promise<string> {
  const text = await readConfig(stack, "kubeconfig");
  if (text !== undefined) return text;
  const path = resolve(ROOT, (await readConfig(stack, "kubeconfigPath")) ?? "");
  if (!existsSync(path)) {
    throw new UserError(`There is no kubeconfig ${path} on this machine (slipway:kubeconfigPath).`);
  }
  return readFileSync(path, "utf8");
}
