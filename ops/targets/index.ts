import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { dockerTarget } from "./docker/index.ts";
import { reach } from "./docker/reach.ts";
import type { Target } from "./target.ts";

interface Recorded {
  readonly type: string;
  readonly outputs?: { readonly ssh?: string; readonly psqlImage?: string };
}

/** Where a stack runs, by what its state says of its machine and of its database. */
export async function targetOf(stack: Stack): Promise<Target> {
  const { deployment } = await stack.exportStack();
  const resources: Recorded[] = deployment.resources ?? [];
  const machine = resources.find(({ outputs }) => outputs?.ssh !== undefined);
  const elsewhere = resources.find(({ outputs }) => outputs?.psqlImage !== undefined);
  return dockerTarget(stack.name, reach(machine?.outputs?.ssh), elsewhere?.outputs?.psqlImage);
}
