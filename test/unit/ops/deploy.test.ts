import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ReleaseRecord } from "../../../components/release-record.ts";
import { type Deployment, deploy } from "../../../ops/deploy.ts";
import { QuickerError } from "../../../ops/locks/quicker-error.ts";
import { up as upVerb } from "../../../ops/verbs/up.ts";

const world = vi.hoisted(() => ({
  releases: [] as unknown[],
  said: [] as string[],
  opened: [] as unknown[],
  fails: [] as Error[],
  seen: [] as unknown[],
  lost: [] as unknown[],
}));
const outputs = () => ({
  url: { value: "http://app" },
  version: { value: "1.3" },
  image: { value: "app@sha256:3" },
  releases: { value: world.releases },
});
vi.mock("../../../ops/open-for-change.ts", () => ({
  openForChange: async () => ({ stack: { outputs: async () => outputs() }, look: "as seen" }),
}));
vi.mock("../../../ops/workspace.ts", () => ({
  openStack: async (_: string, variables: unknown) => {
    world.opened.push(variables);
    return {};
  },
}));
vi.mock("../../../ops/up.ts", async (original) => ({
  ...(await original<typeof import("../../../ops/up.ts")>()),
  up: async (_: unknown, look: unknown, lost: unknown) => {
    world.seen.push(look);
    world.lost.push(lost);
    const error = world.fails.shift();
    if (error !== undefined) throw error;
    return { changes: 1, outputs: outputs() };
  },
}));
vi.mock("../../../ops/progress.ts", () => ({
  say: (line: string) => world.said.push(line),
  duration: () => "1 s",
}));

const released = (sequence: number, letter: string): ReleaseRecord => ({
  ...{ image: `app@sha256:${sequence}`, version: `1.${sequence}`, commit: letter.repeat(40) },
  ...{ time: "2026-11-27T08:00:00Z", by: "ada", verified: true, rollbackOf: "", mark: "" },
  sequence,
});
const deployment = (changes: Partial<Deployment> = {}): Deployment => ({
  ...{ stack: "dev", image: "app@sha256:3", version: "1.3", commit: "c".repeat(40), sequence: 3 },
  ...{ ifOlder: "skip", dotenv: join(folder, "deploy.env"), lock: {} },
  ...changes,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-deploy-"));
  for (const list of Object.values(world)) list.splice(0);
});
afterEach(() => rmSync(folder, { recursive: true }));
const dotenv = () => readFileSync(join(folder, "deploy.env"), "utf8");

test("A newer image is released, and its sequence goes along", async () => {
  world.releases = [released(2, "b")];
  await deploy(deployment());
  expect(world.opened).toEqual([
    { SLIPWAY_IMAGE: "app@sha256:3", SLIPWAY_VERSION: "1.3", SLIPWAY_SEQUENCE: "3" },
  ]);
  expect(world.said.at(-1)).toBe("✓ http://app answers with 1.3: 1 s");
  expect(world.seen).toEqual(["as seen"]);
});

test("An older one is skipped by a pipeline that is late, which says so last", async () => {
  world.releases = [released(4, "d")];
  await deploy(deployment());
  expect(world.opened).toEqual([]);
  expect(world.said).toEqual([
    "✓ Skipped: 1.4 on dev is newer than cccccccccccc. To deploy an older image, roll back, or use --force.",
  ]);
  expect(dotenv()).toContain("SLIPWAY_SKIPPED=true");
});

test("One that somebody asked for fails, also where a rollback from something newer is live", async () => {
  world.releases = [released(2, "b"), released(4, "d")];
  const promotion = deployment({ ifOlder: "refuse" });
  await expect(deploy(promotion)).rejects.toMatchObject({
    exitCode: 1,
    message:
      "dev had 1.4 on 2026-11-27T08:00:00Z, and cccccccccccc is not newer. Nothing was released: " +
      "1.2 is live. To release cccccccccccc anyway, type the same command with --force.",
  });
  expect(world.opened).toEqual([]);
  await deploy(deployment({ ifOlder: "deploy" }));
  expect(world.opened).toHaveLength(1);
});

test("Whoever waits for a lock waits also for somebody who was quicker, and looks anew", async () => {
  world.releases = [released(2, "b")];
  world.fails.push(new QuickerError("locked"));
  await deploy(deployment({ lock: { waitSeconds: 900 } }));
  expect(world.said).toContain("  Somebody was quicker at dev: waiting for them.");
  expect(world.opened).toHaveLength(2);
  world.fails.push(new QuickerError("locked"));
  await expect(deploy(deployment())).rejects.toThrow("locked");
  world.fails.push(...Array.from({ length: 3 }, () => new QuickerError("locked")));
  await expect(deploy(deployment({ lock: { waitSeconds: 900 } }))).rejects.toThrow("locked");
});

test("A sequence is a number, and of an image", async () => {
  const typed = async (...more: string[]) => await upVerb.run(["-s", "dev", ...more]);
  await expect(typed("--sequence", "3")).rejects.toThrow(
    "--sequence belongs to the image of --image, which is missing.",
  );
  await expect(typed("--image", "app", "--sequence", "new")).rejects.toThrow(
    '--sequence is "new"; it must be a whole number, at least 1.',
  );
});

test("With --json, an up prints what is live, also where it was skipped", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const printed = () => JSON.parse(write.mock.calls.map(([text]) => text).join(""));
  try {
    expect(await upVerb.run(["-s", "dev", "--json"])).toBe(0);
    expect(printed()).toMatchObject({ stack: "dev", skipped: false, changes: expect.any(Number) });
    expect(Object.keys(printed())).toEqual(
      expect.arrayContaining(["url", "version", "image", "seconds"]),
    );
  } finally {
    write.mockRestore();
  }
});

test("What is accepted as lost is what was typed, each by its name", async () => {
  await upVerb.run(["-s", "dev"]);
  await upVerb.run(["-s", "dev", "--accept-data-loss", "a", "--accept-data-loss", "b"]);
  expect(world.lost).toEqual([[], ["a", "b"]]);
  await expect(upVerb.run(["-s", "dev", "--accept-data-loss"])).rejects.toThrow("argument missing");
});
