import { join, resolve } from "node:path";

/** The clone. */
export const ROOT = resolve(import.meta.dirname, "..");
/** What is this clone's own and is never committed: state, passphrase, tools. */
export const OWN = join(ROOT, ".slipway");
/** Where the program runs: paths in the state are relative to it. */
export const PROGRAM = join(ROOT, "infra");
export const PROJECT = "slipway";
/**
 * The stack that `npm start` makes, with its state in this clone. Two clones that use one Docker Engine
 * need two names; those that begin with `local` are ignored by git.
 */
export const LOCAL_STACK = process.env["SLIPWAY_LOCAL_STACK"] ?? "local";

/** The file with a stack's config. */
export function stackFile(stack: string): string {
  return join(ROOT, `Pulumi.${stack}.yaml`);
}
