import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clone, docker, type Ended } from "../clone.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { writeSmallApp } from "../small-app.ts";

/** More than a variable of the environment may hold. */
const LOUD = "node -e \"console.log('row moved '.repeat(20000))\"";

/** Says that it is another image than the one that it is. */
const MASK = 'process.env.APP_IMAGE = "somebody/else:1"; console.log("a mask");';

let clone: Clone;
let live: string;
let first: { readonly ended: Ended; readonly left: string[]; readonly status: number };

beforeAll(async () => {
  clone = await Clone.make();
  writeSmallApp(clone, { before: MASK });
  first = { ended: await start(), left: running(), status: (await fetch(clone.url)).status };

  writeSmallApp(clone, { migrateCommand: LOUD });
  const { code, output } = await start();
  expect(code, output).toBe(0);
  live = await answering();
});
afterAll(() => clone?.remove());

test("A first release that is not what answers is not served, and stopped; the next one is a first one", async () => {
  const { ended, left, status } = first;
  expect(ended.code, ended.output).toBe(1);
  expect(ended.output).toContain("did not answer with");
  expect(ended.output).toContain("No release was verified yet");
  expect(ended.output).toContain("a mask");
  expect([left, status]).toEqual([[], 502]);
  expect(running()).toEqual([live]);
});

test("What a step says that ends well is not in the state, and what an earlier version left there is no hindrance", async () => {
  const state = await exported();
  expect(state).not.toContain("row moved row moved");

  const { deployment, ...rest } = JSON.parse(state);
  for (const { type, urn, inputs, outputs } of deployment.resources) {
    if (type !== "command:local:Command" || !/::(migrate|image-build)$/.test(urn)) continue;
    delete inputs.addPreviousOutputInEnv;
    delete outputs.addPreviousOutputInEnv;
    outputs.stderr = "row moved ".repeat(20_000);
  }
  const file = join(clone.folder, ".slipway", "earlier.json");
  writeFileSync(file, JSON.stringify({ ...rest, deployment }));
  const imported = await clone.pulumi(["stack", "import", "--file", file]);
  expect(imported.code, imported.output).toBe(0);

  writeSmallApp(clone, { before: "// second", migrateCommand: LOUD });
  const { code, output } = await start();
  expect(code, output).toBe(0);
  expect(await exported()).not.toContain("row moved row moved");
  live = await answering();
});

describe("a release that does not get healthy", () => {
  test("is stopped, with the end of its log in the error", async () => {
    writeSmallApp(clone, { status: 503, before: 'console.log("it is cold");', healthSeconds: 3 });
    const { code, output } = await start();
    expect(code, output).toBe(1);
    expect(output).toContain("The app was not healthy within 3 seconds");
    expect(output).toContain("it is cold");
    expect(running()).toEqual([live]);
    expect(await answering()).toBe(live);
  });

  test("is not what a command runs in", async () => {
    const { code, output } = await clone.slipway(
      ["run", "-s", clone.stack, "--", "node", "-p", "process.env.APP_IMAGE"],
      {},
    );
    expect(code, output).toBe(0);
    expect(output.trim()).toBe(live);
    const listed = await clone.slipway(["run", "-s", clone.stack, "--", '["node","-p","1+1"]']);
    expect(listed.output.trim()).toBe("2");
  });

  test("makes no gap, and the preview of the next try says so, and that of another release", async () => {
    const preview = async () => (await clone.slipway(["preview", "-s", clone.stack])).output;
    const first = await preview();
    expect(first).toMatch(/releases \S+ \(image \S+\) without a gap/);
    expect(first).not.toContain("with a gap");

    writeSmallApp(clone, { before: MASK });
    clone.commit("next");
    const second = await preview();
    expect(second).toMatch(/releases \S+ \(image \S+\) without a gap/);
    expect(second).not.toContain("with a gap");
  });
});

describe("a release that is not what answers", () => {
  test.each(["at first", "when it is tried again"])(
    "is stopped once the one before is back, with the end of its log in the error: %s",
    async () => {
      const { code, output } = await start();
      expect(code, output).toBe(1);
      expect(output).toContain("did not answer with");
      expect(output).toContain("Nginx is back at the last verified release.");
      expect(output).toContain("a mask");
      expect(running()).toEqual([live]);
      expect(await answering()).toBe(live);
    },
  );
});

test("An app that ends only when it is killed is said to, by the release that has to wait for it", async () => {
  writeSmallApp(clone, {
    before: 'process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => {});',
  });
  expect((await start()).output).not.toContain("SIGTERM");
  live = await answering();
  expect(running()).toEqual([live]);

  writeSmallApp(clone, { before: "// last" });
  const { code, output } = await start();
  expect(code, output).toBe(0);
  expect(output).toMatch(/web-1-\w+ did not end within \d+ seconds of SIGTERM and was killed/);
  expect(output).toContain("a shell as its first process");
  expect(running()).toEqual([await answering()]);
});

describe("an image without a shell", () => {
  // What starts the image of Node is a script of the shell.
  const shellLess = { build: ["RUN rm /bin/sh", "ENTRYPOINT []"] };

  test("is refused before anything is migrated, with the line to type", async () => {
    live = await answering();
    writeSmallApp(clone, { ...shellLess, migrateCommand: "node -p 1" });
    const { code, output } = await start();
    expect(code, output).toBe(1);
    expect(output).toContain("The image has no /bin/sh, which is to run slipway:migrateCommand.");
    expect(output).toContain('pulumi config set migrateCommand \'["/app","migrate"]\'');
    expect(running()).toEqual([live]);
  });

  test("migrates, works and is looked into by lists of words", async () => {
    setConfig(clone, {
      migrateCommand: '["node","-p","process.exitCode = 3"]',
      processes: '{"worker":["node","-e","setInterval(() => {}, 1000)"]}',
    });
    expect((await start()).output).toContain("The migration failed with exit code 3");
    setConfig(clone, { migrateCommand: '["node","-e","process.env.DATABASE_URL_FILE && 1"]' });
    const { code, output } = await start();
    expect(code, output).toBe(0);
    expect(await answering()).not.toBe(live);

    const run = (...words: string[]) => clone.slipway(["run", "-s", clone.stack, "--", ...words]);
    expect((await run("node", "-p", "process.env.APP_IMAGE")).output.trim()).toBe(
      await answering(),
    );
    expect((await run("node -p 1")).output).toContain("The image has no /bin/sh");
  });
});

async function start(): Promise<Ended> {
  clone.commit("next");
  return await clone.slipway(["start"]);
}

const exported = async () => (await clone.pulumi(["stack", "export", "--show-secrets"])).output;

async function answering(): Promise<string> {
  return (await ask(clone.url, "/version")).image;
}

/** Images of the app's containers that run. */
function running(): string[] {
  const labels = [`slipway.stack=${clone.stack}`, "slipway.role=web"];
  const filters = labels.map((label) => `--filter=label=${label}`);
  return docker("ps", "--format={{.Image}}", ...filters)
    .split("\n")
    .filter(Boolean);
}
