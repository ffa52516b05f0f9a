import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type FreeOptions, freeStack } from "./locks/free.ts";
import { releaseDeadLocks } from "./locks/local.ts";
import type { Look } from "./look.ts";
import { LOCAL_STACK } from "./project.ts";
import { repairInterrupted } from "./repair.ts";
import { openStack } from "./workspace.ts";

export interface OpenedStack {
  readonly stack: Stack;
  /** What was seen of it, for an `up` that comes at once. */
  readonly look: Look | undefined;
}

/** Opens a stack that is to be changed: nobody else is at work on it, and what a dead run left is mended. */
export async function openForChange(name: string, options: FreeOptions = {}): Promise<OpenedStack> {
  if (name === LOCAL_STACK) releaseDeadLocks(name);
  const stack = await openStack(name);
  await freeStack(stack, options);
  const { look } = await repairInterrupted(stack);
  return { stack, look };
}
