import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { verbs } from "../../../setup/program.ts";
import { REFERENCE_FILE, referenceText } from "../../../setup/reference.ts";

test("docs/cli.md is what `npm run reference` writes", () => {
  expect(readFileSync(REFERENCE_FILE, "utf8")).toBe(referenceText(verbs));
});

test("it has each command once, with each of its options", () => {
  const text = referenceText(verbs);
  for (const { name, command } of verbs) {
    const [, entry = "", ...more] = text.split(`### ${name}\n`);
    expect(more).toEqual([]);
    const own = entry.split("\n#")[0];
    expect(own).toContain(command.description());
    for (const { flags, long } of command.options) {
      if (long !== "--no-color") expect(own).toContain(`| \`${flags}\` |`);
    }
  }
});
