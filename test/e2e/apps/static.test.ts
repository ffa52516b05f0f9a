import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, docker } from "../clone.ts";
import { setConfig } from "../config.ts";
import { RequestLoop } from "../request-loop.ts";
import { cloneWithExample, deployed } from "./example.ts";

const PAGE = "examples/static/site/index.html";
const SCRIPT = "examples/static/site/assets/app.js";

let clone: Clone;
let output: string;
beforeAll(async () => {
  clone = await cloneWithExample("static");
  output = await deployed(clone);
});
afterAll(() => clone?.remove());

test("A static site needs no database, no migration and no version, and is told what can't be checked", async () => {
  const names = docker("ps", "--format={{.Names}}", `--filter=label=slipway.stack=${clone.stack}`);
  expect(names).not.toContain("database");
  expect(await (await fetch(clone.url)).text()).toContain("</html>");
  expect(output).toContain(
    "slipway:versionPath is empty: that the new image answers can't be checked.",
  );
});

test("Hashed assets may be kept for ever, pages may not", async () => {
  const [asset = ""] = await assetsOf(await page());
  const { status, headers } = await fetch(new URL(asset, clone.url));
  expect([status, headers.get("cache-control")]).toEqual([
    200,
    "public, max-age=31536000, immutable",
  ]);
  expect((await fetch(clone.url)).headers.get("cache-control") ?? "").not.toContain("immutable");
});

test("After a release and a rollback, pages that were loaded before still find their assets", async () => {
  const before = await assetsOf(await page());
  change(SCRIPT, (text) => `${text}\nconsole.log("second");\n`);
  change(PAGE, (text) => text.replace("</body>", "<p>Second edition</p></body>"));
  await deployed(clone);
  const second = await page();
  const after = await assetsOf(second);
  expect(second).toContain("Second edition");
  expect(after).not.toEqual(before);
  expect(await statusesOf([...before, ...after])).toEqual([200]);

  const rollback = await clone.slipway(["rollback", "-s", clone.stack]);
  expect(rollback.code, rollback.output).toBe(0);
  expect(await page()).not.toContain("Second edition");
  expect(await statusesOf([...before, ...after])).toEqual([200]);
});

test("What was taken back stays so in the next run, until there is something else to release", async () => {
  expect(await deployed(clone)).toContain("was rolled back by");
  expect(await page()).not.toContain("Second edition");
  change(PAGE, (text) => text.replace("Second edition", "Third edition"));
  await deployed(clone);
  expect(await page()).toContain("Third edition");
});

test("Releases that fail, five in a row, take no file of the live one away, nor does the way back to it", async () => {
  const live = await assetsOf(await page());
  setConfig(clone, { migrateCommand: "exit 1" });
  for (const attempt of [1, 2, 3, 4, 5]) {
    change(SCRIPT, (text) => `${text}\nconsole.log("attempt ${attempt}");\n`);
    const { code, output: said } = await clone.slipway(["start"]);
    expect(code, said).toBe(1);
  }
  expect(await statusesOf(["", ...live])).toEqual([200]);

  setConfig(clone, { migrateCommand: "" });
  await deployed(clone);
  const loop = new RequestLoop(
    clone.url,
    ["/", ...live.map((path) => `/${path}`)].map((path) => ({
      ...{ name: path, path, status: 200, perSecond: 20 },
    })),
  );
  const rollback = await clone.slipway(["rollback", "-s", clone.stack]);
  const { failures } = await loop.finish();
  expect(rollback.code, rollback.output).toBe(0);
  expect(failures).toEqual([]);
  expect(await assetsOf(await page())).toEqual(live);
});

test("Sources in the folder are named in a warning", async () => {
  clone.write("examples/static/site/index.php", "<?php secret();");
  expect(await deployed(clone)).toContain("has what looks like sources or settings: ./index.php.");
});

const page = async () => await (await fetch(clone.url)).text();

async function assetsOf(html: string): Promise<string[]> {
  const found = Array.from(html.matchAll(/"(assets\/[^"]+)"/g), ([, path = ""]) => path);
  expect(found.length).toBeGreaterThan(1);
  return found;
}

async function statusesOf(paths: string[]): Promise<number[]> {
  const all = await Promise.all(paths.map((path) => fetch(new URL(path, clone.url))));
  return [...new Set(all.map(({ status }) => status))];
}

function change(file: string, edit: (text: string) => string): void {
  clone.write(file, edit(readFileSync(join(clone.folder, file), "utf8")));
}
