import { RunError } from "@pulumi/pulumi";
import type { Settings } from "../stacks/settings.ts";

/**
 * A stack stays on its target: on another one it would begin with an empty database, and the old one would go
 * in the same run.
 *
 * @param last where the stack's last run deployed to; undefined where nothing is up.
 */
export function refuseOtherTarget(
  { target, stack }: Pick<Settings, "target" | "stack">,
  last: string | undefined,
): void {
  if (last === undefined || last === target) return;
  throw new RunError(
    `slipway:target is "${target}", and stack "${stack}" is on "${last}": its data would not move, but be ` +
      `deleted. Put it back: \`pulumi config set target ${last} -s ${stack}\`. To move, let a second stack take ` +
      'over: "Move a stack from a Docker host to a cluster" in docs/runbook.md. When its data may go: ' +
      `\`./slipway destroy -s ${stack} --data\` first.`,
  );
}
