import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withBuildSecrets } from "../../../../ops/pack/build-secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("those that are typed are the files of a build, instead of a stack's", async () => {
  const file = join(folder, "npmrc");
  writeFileSync(file, "hush");
  const files = await withBuildSecrets("no-such-stack", [`npm.rc=${file}`], async (all) => all);
  expect(files).toEqual({ "npm.rc": file });
});

test("a stack without any needs no engine", async () => {
  expect(await withBuildSecrets("no-such-stack", [], async (all) => all)).toEqual({});
  expect(await withBuildSecrets(undefined, [], async (all) => all)).toEqual({});
});

test.each([
  ["npmrc", '--build-secret is "npmrc"; it must be ID=FILE.'],
  ["a,src=/etc/passwd", '--build-secret is "a,src=/etc/passwd"; it must be ID=FILE.'],
  ["npmrc=/no/such", "There is no /no/such (--build-secret npmrc)."],
])("%s is refused", async (typed, message) => {
  await expect(withBuildSecrets(undefined, [typed], async () => {})).rejects.toThrow(message);
});
