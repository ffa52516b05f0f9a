import { expect, test } from "vitest";
import { locksIn } from "../../../../ops/locks/lock.ts";

test("every lock that pulumi names is read, wherever it is", () => {
  const said = `error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  gs://acme-state/.pulumi/locks/organization/slipway/dev/0b7c.json: created by root@runner-ab1-project-42-concurrent-0 (pid 117) at 2026-11-27T08:00:01Z
  file:///srv/state/.pulumi/locks/organization/slipway/dev/9d.json: created by ada@laptop (pid 4) at 2026-11-27T09:00:00+01:00
`;
  expect(locksIn(said)).toEqual([
    {
      where: "gs://acme-state/.pulumi/locks/organization/slipway/dev/0b7c.json",
      username: "root",
      hostname: "runner-ab1-project-42-concurrent-0",
      pid: 117,
      timestamp: "2026-11-27T08:00:01Z",
    },
    {
      where: "file:///srv/state/.pulumi/locks/organization/slipway/dev/9d.json",
      username: "ada",
      hostname: "laptop",
      pid: 4,
      timestamp: "2026-11-27T09:00:00+01:00",
    },
  ]);
  expect(locksIn("error: a stack named organization/slipway/dev already exists")).toEqual([]);
});
