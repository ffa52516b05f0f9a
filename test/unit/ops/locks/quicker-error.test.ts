import { expect, test } from "vitest";
import { QuickerError, quickerError } from "../../../../ops/locks/quicker-error.ts";

const LOCKED = `code: 255
 stdout:
 stderr: error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///srv/state/.pulumi/locks/organization/slipway/dev/9d.json: created by ada@laptop (pid 4) at 2026-11-27T09:00:00+01:00
 err?: Error: Command failed with exit code 255
`;

test.each([
  ["dev", "Wait for it (--lock-wait SECONDS), or end it there."],
  ["local", "Wait for it, or end it there."],
])(
  "whoever was quicker at %s is named, and nobody is told to take their lock away",
  (stack, wait) => {
    expect(quickerError(stack, LOCKED)).toEqual(
      new QuickerError(
        `Stack "${stack}" is being changed by pulumi, process 4 of ada on laptop, since 2026-11-27T09:00:00+01:00. ${wait}`,
      ),
    );
  },
);

test("a server, which names nobody, is quoted", () => {
  const said =
    "code: 255\n stdout: \n stderr: error: [409] Conflict: Another update is in progress.\n";
  expect(quickerError("dev", said)).toEqual(
    new QuickerError("pulumi: [409] Conflict: Another update is in progress."),
  );
});
