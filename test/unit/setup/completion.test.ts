import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bashCompletion } from "../../../setup/completion/bash.ts";
import { fishCompletion } from "../../../setup/completion/fish.ts";
import { wordsOf } from "../../../setup/completion/words.ts";
import { zshCompletion } from "../../../setup/completion/zsh.ts";
import { verbs } from "../../../setup/program.ts";

const commands = wordsOf(verbs);
const folder = mkdtempSync(join(tmpdir(), "slipway-completion-"));
const script = join(folder, "completion.bash");
beforeAll(() => {
  for (const stack of ["dev", "prod"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "");
  writeFileSync(join(folder, "Pulumi.yaml"), "");
  writeFileSync(script, bashCompletion(commands));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers when the tabulator is pressed at the end of a line. */
function offered(...words: string[]): string[] {
  const line = ["./slipway", ...words].map((word) => `'${word}'`).join(" ");
  const program = [
    `. '${script}'`,
    `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; COMPREPLY=()`,
    "_slipway",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it.
    "printf '%s\\n' \"${COMPREPLY[@]}\"",
  ].join("\n");
  return execFileSync("bash", ["-euc", program], { cwd: folder, encoding: "utf8" })
    .split("\n")
    .filter(Boolean);
}

test.each([
  [["ro"], ["rollback", "rotate"]],
  [
    ["help", "ro"],
    ["rollback", "rotate"],
  ],
  [["--no-color", "dri"], ["drift"]],
  [["up", "--lo"], ["--lock-wait"]],
  [
    ["status", "-s", ""],
    ["dev", "prod"],
  ],
  [["promote", "--from", "p"], ["prod"]],
  [
    ["maintenance", "-s", "dev", "o"],
    ["on", "off"],
  ],
  [["rotate", "data"], ["databasePassword"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish", "--no-color", "--help"],
  ],
  // What only the user knows: bash offers files then.
  [["up", "--image", ""], []],
  [["run", "-s", "dev", "--", ""], []],
  [["pulumi", ""], []],
  // A name that is to be typed by hand.
  [["destroy", "--yes", ""], []],
])("bash completes %j by %j", (words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

test.each([
  ["bash", bashCompletion, (long: string) => long],
  ["zsh", zshCompletion, (long: string) => `'*${long}[`],
  ["fish", fishCompletion, (long: string) => ` -l ${long.slice(2)} `],
] as const)("the script for %s has each command and each option", (_, write, written) => {
  const text = write(commands);
  for (const { name, options } of commands) {
    expect(text).toMatch(new RegExp(`(^|[' ])${name}[': ]`, "m"));
    for (const { long } of options) expect(text).toContain(written(long));
  }
});
