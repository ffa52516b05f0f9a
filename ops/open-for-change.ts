import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type FreeOptions, freeStack } from "./locks/free.ts";
import { releaseDeadLocks } from "./locks/local.ts";
import { LOCAL_STACK } from "./project.ts";
import { repairInterrupted } from "./repair.ts";
import { openStack } from "./workspace.ts";

/** Opens a stack that is to be changed: nobody else is at work on it, and what a dead run left is mended. */
export async function openForChange(name: string, options: FreeOptions = {}): Promise<Stack> {
  if (name === LOCAL_STACK) releaseDeadLocks(name);
  const stack = await openStack(name);
  await freeStack(stack, options);
  await repairInterrupted(stack);
  return stack;
}
