import assert from "node:assert/strict";
import { test } from "node:test";
import { repeat } from "../../src/repeat.ts";

const fails = (error: unknown) => assert.fail(String(error));

test("A step that is under way is finished before it stops", async () => {
  const stop = new AbortController();
  const done: string[] = [];
  await repeat(
    async () => {
      stop.abort();
      await new Promise(setImmediate);
      done.push("finished");
      return 0;
    },
    stop.signal,
    fails,
  );
  assert.deepEqual(done, ["finished"]);
});

test("Being told to stop ends a pause", { timeout: 5000 }, async () => {
  const stop = new AbortController();
  const anHour = 3_600_000;
  await repeat(
    async () => {
      setImmediate(() => stop.abort());
      return anHour;
    },
    stop.signal,
    fails,
  );
});

test("A step that fails is told, and tried again", { timeout: 5000 }, async () => {
  const stop = new AbortController();
  const errors: unknown[] = [];
  await repeat(
    async () => {
      if (errors.length === 0) throw new Error("Postgres is away");
      stop.abort();
      return 0;
    },
    stop.signal,
    (error) => errors.push(error),
  );
  assert.deepEqual(errors, [new Error("Postgres is away")]);
});
