import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../ops/project.ts";

/** A line that a message of a command tells a person to type. */
export interface Line {
  readonly file: string;
  readonly words: readonly string[];
}

/** Lines that begin so, in the messages of all commands; what a message puts in is `dev`. */
export function linesOf(beginning: string): Line[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8").replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, "");
    return text
      .split(beginning)
      .slice(1)
      .map((rest) => ({ file, words: wordsIn(rest) }));
  });
}

const sources = () =>
  readdirSync(join(ROOT, "ops"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join("ops", file));

/** Up to the end of the text, or of the line in it, or to the prose that goes on. */
function wordsIn(rest: string): string[] {
  const line = rest
    .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "dev")
    .split(/\\?[`"]|\\n|[;,)]|\. |\.$|&&|\n/)[0]
    ?.trim();
  const words = (line ?? "").split(" ").filter(Boolean);
  const end = words.findIndex(
    (word, index) =>
      index > 0 &&
      /^[a-z]/.test(word) &&
      word !== "dev" &&
      /^[a-z]/.test(words[index + 1] ?? "a") &&
      !words[index - 1]?.startsWith("-") &&
      PROSE.test(word),
  );
  return end < 0 ? words : words.slice(0, end);
}

const PROSE = /^(?:mends|removes|lists|changes|does|and|with|to|of|by|releases)$/;
