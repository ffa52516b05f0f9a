import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestHost } from "../../hosts/test-host.ts";
import { type Clone, type Ended, ended } from "../clone.ts";
import { ask } from "../conduit-client.ts";
import { RequestLoop } from "../request-loop.ts";
import { writeSmallApp } from "../small-app.ts";
import { until } from "../until.ts";
import { provideImages } from "./host-images.ts";
import { cloneFor } from "./ssh-clone.ts";
import { containersOn } from "./stack-on-host.ts";

const LOST = "The connection to the machine was lost, or could not be made.";
const LAST_LINE =
  "slipway: up failed. The reason is above; mend it and run the same command again.";

let host: TestHost;
let clone: Clone;
let url: string;
let before: string;

beforeAll(async () => {
  host = await TestHost.start({ variant: "docker" });
  await provideImages(host);
  clone = await cloneFor(host);
  url = `http://${host.address}`;
  writeSmallApp(clone);
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
});
beforeEach(async () => {
  before = await liveImage();
});
afterAll(() => host?.remove());
afterAll(() => clone?.remove());

describe("A connection that is cut", () => {
  test("in the middle of a migration leaves the old version serving, and plain `pulumi up` finishes the release", async () => {
    writeSmallApp(clone, { before: "// second", migrateCommand: "sleep 61" });
    const end = await startCutOnce(async () => {
      return (await containersOn(host, clone.stack, "step")).length > 0;
    });

    expect(end.output).toMatch(/error: migrate: exit status 255: running "sh -s apply migrate"/);
    expect(end.output).toContain(LOST);
    expect(end.output.trimEnd().split("\n").at(-1)).toBe(LAST_LINE);
    expect(end.code).toBe(1);
    expect(await liveImage()).toBe(before);

    // What goes on there ends when this one begins, and must not take this one with it.
    writeSmallApp(clone, { before: "// second", migrateCommand: "sleep 3" });
    const { code, output } = await clone.pulumi(["up", "--yes", "--skip-preview"]);
    expect(code, output).toBe(0);
    expect(await liveImage()).not.toBe(before);
    await expectNothingLeftOver();
  });

  test("in the middle of the switch leaves one version serving, and the next start finishes the release", async () => {
    writeSmallApp(clone, { before: "// third" });
    // The switch waits for connections that are kept alive, which makes it last.
    const loop = new RequestLoop(url, [{ name: "any", path: "/", status: 200, perSecond: 20 }]);
    const [cut] = await Promise.allSettled([
      startCutOnce(async () => (await liveImage()) !== before),
    ]);
    await loop.finish();
    if (cut.status === "rejected") throw cut.reason;

    expect(cut.value.output).toMatch(
      /error: release-switched: exit status 255: running "sh -s (apply|update) release-switched"/,
    );
    expect(cut.value.output).toContain(LOST);
    expect(cut.value.code).toBe(1);
    const switchedTo = await liveImage();
    expect(switchedTo).not.toBe(before);

    const { code, output } = await clone.slipway(["start"]);
    expect(code, output).toBe(0);
    expect(await liveImage()).toBe(switchedTo);
    const releases = await clone.slipway(["releases", "--json", "-s", clone.stack]);
    expect(JSON.parse(releases.output)[0]).toMatchObject({ image: switchedTo, verified: true });
    await expectNothingLeftOver();
  });
});

/** A start whose connection is lost for good once something is so; the server is reached again after it. */
async function startCutOnce(isSo: () => Promise<boolean>): Promise<Ended> {
  const child = clone.spawn(["start"]);
  const end = ended(child);
  try {
    await until(
      async () => child.exitCode !== null || (await isSo()),
      "the moment to cut has come",
    );
    await host.cut();
    return await end;
  } finally {
    await host.mend();
  }
}

async function expectNothingLeftOver(): Promise<void> {
  expect(await containersOn(host, clone.stack, "web")).toHaveLength(1);
  expect(await containersOn(host, clone.stack, "step")).toEqual([]);
  const preview = await clone.pulumi(["preview", "--refresh", "--expect-no-changes"]);
  expect(preview.code, preview.output).toBe(0);
}

async function liveImage(): Promise<string> {
  return (await ask(url, "/")).image;
}
