import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { StackState } from "../../../../ops/state/stack-state.ts";
import { UserError } from "../../../../ops/user-error.ts";

const failing = (reason: string) =>
  ({
    exportStack: async () => {
      throw Object.assign(Object.create(CommandError.prototype), {
        message: `code: 255\n stdout: \n stderr: error: ${reason}\n err?: \n`,
      });
    },
  }) as unknown as Stack;

test("a state that was cut off is one message, with its copies and the line to type", async () => {
  const reason = "failed to load checkpoint: place 1: unexpected end of JSON input";
  const failed = await StackState.of(failing(reason)).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UserError);
  expect(String(failed)).toMatch(
    /damaged \(failed to load checkpoint: .*JSON input\)\. .*STACK\.json\.bak .*backups\/slipway\/STACK\//,
  );
  expect(String(failed)).toContain(
    "\n  cp .pulumi/stacks/slipway/STACK.json.bak .pulumi/stacks/slipway/STACK.json\n",
  );
});

test("another failure is left to those who ask", async () => {
  await expect(StackState.of(failing("could not open bucket"))).rejects.toBeInstanceOf(
    CommandError,
  );
});
