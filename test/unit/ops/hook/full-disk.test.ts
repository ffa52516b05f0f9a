import type * as Fs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outcome } from "../../../../ops/hook/job.ts";
import { Journal } from "../../../../ops/hook/journal.ts";
import { type Deploy, Queue } from "../../../../ops/hook/queue.ts";
import { jobOf } from "./job-of.ts";

/** Says of a line of the journal whether the disk has room for it; otherwise a half of it is written. */
const disk = vi.hoisted(() => ({ hasRoom: (_: string): boolean => true }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    writeFileSync: (file: number | string, text: string, ...more: []) => {
      if (typeof file !== "number" || disk.hasRoom(text)) {
        fs.writeFileSync(file, text, ...more);
        return;
      }
      fs.writeSync(file, text.slice(0, text.length / 2));
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    },
  };
});

let folder: string;
let journal: Journal;
let said: string;
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  folder = mkdtempSync(join(tmpdir(), "slipway-hook-disk-"));
  journal = new Journal(folder);
});
afterEach(() => {
  disk.hasRoom = () => true;
  journal.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

const nothing = async () => {};

test("A line that was cut off takes none with it that is written when there is room again", () => {
  disk.hasRoom = () => false;
  expect(() => journal.accept(jobOf(1))).toThrow("ENOSPC");
  expect(journal.knows("event-1")).toBe(false);
  disk.hasRoom = () => true;
  journal.accept(jobOf(2));
  journal.close();

  journal = new Journal(folder);
  expect(journal.unfinished().map(({ job }) => job.pipeline)).toEqual([2]);
});

test("What was accepted is deployed, though what became of the others can't be written down", async () => {
  disk.hasRoom = (text) => text.startsWith('{"accepted"');
  const ends: ((outcome: Outcome) => void)[] = [];
  const begun: number[] = [];
  const deploy: Deploy = ({ pipeline }, started) => {
    begun.push(pipeline);
    started({ pid: pipeline, began: "1" });
    return new Promise((done) => ends.push(done));
  };
  const queue = new Queue(journal, deploy, nothing);
  for (const pipeline of [1, 2, 3]) expect(queue.offer(jobOf(pipeline))).toBeUndefined();
  ends[0]?.({ result: "failed", why: "no" });
  await vi.waitFor(() => expect(begun).toEqual([1, 3]));
  ends[1]?.({ result: "deployed" });
  await queue.idle();
  expect(said).toContain("The journal could not be written: ENOSPC");
  expect(journal.last(3).map(({ ended }) => ended?.result)).toEqual([
    "deployed",
    "dropped",
    "failed",
  ]);
});
