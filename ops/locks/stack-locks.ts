import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "../backend.ts";
import { pulumi } from "../pulumi.ts";
import { UserError } from "../user-error.ts";
import { type FoundLock, locksIn } from "./lock.ts";

/** The locks on a stack, wherever its state is, by what pulumi says of them. */
export async function locksOn(stack: Stack): Promise<FoundLock[]> {
  // No command lists locks. This one begins by taking one, and then finds that the name is taken.
  const { code, stderr } = await pulumi(stack, [
    "stack",
    "rename",
    stack.name,
    "--stack",
    stack.name,
  ]);
  const locks = locksIn(stderr);
  if (locks.length > 0) return locks;
  if (code !== 0 && /already exists|already has a stack/i.test(stderr)) return [];
  throw new UserError(
    `Whether ${stack.name} is locked could not be found out. ${explained(stderr)}`,
  );
}

/** Takes locks away whose owners are dead. */
export async function removeLocks(stack: Stack, locks: readonly FoundLock[]): Promise<void> {
  const files = locks.map(({ where }) => where).filter((where) => where.startsWith("file:///"));
  if (files.length === locks.length) {
    // These very ones: another run may have begun meanwhile.
    for (const file of files.map(pathOf)) {
      rmSync(file, { force: true });
      rmSync(`${file}.attrs`, { force: true });
    }
    return;
  }
  const { code, stderr } = await pulumi(stack, ["cancel", "--yes", "--stack", stack.name]);
  if (code !== 0) throw new UserError(explained(stderr), 1);
}

/** Without what a backend's address may have behind it. */
const pathOf = (where: string) => fileURLToPath(where.replace(/\?.*?(?=\/\.pulumi|$)/, ""));
