import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  inPlaceOfShell,
  isWords,
  noShell,
  parseCommand,
  shellNeeds,
  startWords,
} from "../../../components/shell-command.ts";

test.each([
  ["node worker.js", "exec node worker.js"],
  ["QUEUE=default node worker.js", "QUEUE=default exec node worker.js"],
  ["A=1 B=\"two words\" C='$x' node w.js", "A=1 B=\"two words\" C='$x' exec node w.js"],
  [
    "NODE_OPTIONS=--max-old-space-size=$MEMORY node w.js",
    "NODE_OPTIONS=--max-old-space-size=$MEMORY exec node w.js",
  ],
  ["bundle exec sidekiq -C config/a.yml", "exec bundle exec sidekiq -C config/a.yml"],
])("the shell gives its place to %s", (command, started) => {
  expect(inPlaceOfShell(command)).toBe(started);
});

test.each([
  "sleep 1 && node worker.js",
  "node worker.js | tee log",
  "TOKEN=$(cat /run/secrets/TOKEN) node worker.js",
  "TOKEN=`cat /run/secrets/TOKEN` node worker.js",
  "exec node worker.js",
  "(cd src; node worker.js)",
  "ONLY=this",
])("the shell stays for what it alone can do: %s", (command) => {
  expect(inPlaceOfShell(command)).toBe(command);
});

test("what a process is given before its command is in its environment, and it is the first process", () => {
  const [program = "", ...words] = startWords("QUEUE='a b' N=1 sh -c 'echo $QUEUE $N $PPID'");
  const printed = execFileSync(program, words, { encoding: "utf8" });
  expect(printed).toBe(`a b 1 ${process.pid}\n`);
});

test.each([
  ['["/app", "migrate"]', ["/app", "migrate"]],
  ["[ -f x ] && node a.js", "[ -f x ] && node a.js"],
  ["node a.js", "node a.js"],
  ['["/app", 1]', undefined],
  ['["/app"', undefined],
  ["[]", undefined],
])("a command is a line, or a list in JSON: %s", (text, command) => {
  expect(parseCommand(text)).toEqual(command);
});

test.each([
  [["/app", "work", ""], true],
  [[], false],
  [[""], false],
  [["", "work"], false],
  [["/app", 1], false],
  [["/app", "a\0b"], false],
  ["/app", false],
])("a program and its arguments, or not: %j", (value, are) => {
  expect(isWords(value)).toBe(are);
});

test("a list runs as it is", () => {
  expect(startWords(["/app", "work"])).toEqual(["/app", "work"]);
});

test("an image without a shell is told from the settings that need one, with the lines to type", () => {
  const app = { migrateCommand: "node m.js", processes: { a: ["/a"], b: "b" } };
  expect(shellNeeds(app)).toEqual(["migrateCommand", "processes"]);
  expect(shellNeeds({ migrateCommand: ["/app"], processes: {} })).toEqual([]);
  expect(noShell(["migrateCommand"])).toBe(
    "The image has no /bin/sh, which is to run slipway:migrateCommand. Give a program and its arguments as a " +
      'list, which needs no shell:\n  pulumi config set migrateCommand \'["/app","migrate"]\'',
  );
});
