import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../../../setup/run.ts";
import { writeNodeCommand } from "../../node-command.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a command runs its file with its words, and keeps in the clone what Node has compiled of it", async () => {
  const script = join(folder, "script.ts");
  writeFileSync(
    script,
    `import { getCompileCacheDir } from "node:module";
     const words: string[] = process.argv.slice(2);
     process.stdout.write(JSON.stringify([words, getCompileCacheDir()]));`,
  );
  writeNodeCommand(join(folder, "bin", "it"), script);
  const { stdout } = await run(join(folder, "bin", "it"), ["a b", "$c"]);
  const [words, cache] = JSON.parse(stdout);
  expect(words).toEqual(["a b", "$c"]);
  expect(cache).toContain(resolve(import.meta.dirname, "../../..", ".slipway/compile-cache"));
});
