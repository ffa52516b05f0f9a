import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SOME_FILE, SOURCES, sourceWarning } from "../../../components/static-check.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-static-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const printedBy = (command: string) =>
  execFileSync("sh", ["-euc", command], { cwd: folder, encoding: "utf8" });

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
}

test("a file that is asked for is one that is served, under a name that is a URL as it is", () => {
  expect(printedBy(SOME_FILE)).toBe("");
  write("app.py", ".env", ".hidden/page.html", "a page.html", "data.bin");
  expect(printedBy(SOME_FILE)).toBe("");
  write("assets/app-1a2b.css");
  expect(printedBy(SOME_FILE)).toBe("assets/app-1a2b.css\n");
});

test("what looks like sources or settings is named, three at most", () => {
  write("index.html", "assets/site.css");
  expect(printedBy(SOURCES)).toBe("");
  expect(sourceWarning("/app/public", printedBy(SOURCES))).toBeUndefined();
  write("wsgi.py", ".env.production");
  expect(printedBy(SOURCES).trim().split("\n").sort()).toEqual(["./.env.production", "./wsgi.py"]);
  write("a.php", "b.RB", "c.sql");
  expect(printedBy(SOURCES).trim().split("\n")).toHaveLength(3);
});

test("of what a step prints, only those are said", () => {
  const printed = '{"image":"app:1"}\nkilled web-1 30\n./wsgi.py\n./.env\n';
  expect(sourceWarning("/app", printed)).toMatch(
    /^\/app in the image has what looks like sources or settings: \.\/wsgi\.py, \.\/\.env\. They are not/,
  );
});
