import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "@commander-js/extra-typings";
import { didYouMean } from "../ops/closest.ts";
import { forgoColours } from "../ops/colours.ts";
import { ROOT } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { newCommand, parseInto, TYPED } from "../ops/verbs/command.ts";
import { verbs as onStacks } from "../ops/verbs/index.ts";
import { GROUPS, type Prepared, type Verb } from "../ops/verbs/verb.ts";
import { bench } from "./bench.ts";
import { completionOf } from "./completion/index.ts";
import { destroy } from "./destroy.ts";
import { previewExample } from "./preview-example.ts";
import { pulumi } from "./pulumi.ts";
import { referenceOf } from "./reference.ts";
import { settings } from "./settings.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { test } from "./test.ts";

const all: readonly Verb[] = [
  ...[start, stop, completionOf(() => verbs), ...onStacks, destroy],
  ...[pulumi, previewExample, settings, referenceOf(() => verbs), test, bench],
];

/** Every command, in the order of the help. */
export const verbs: readonly Verb[] = GROUPS.flatMap((group) =>
  all.filter(({ command }) => command.helpGroup() === `${group}:`),
);

const EXIT_CODES = `
Exit codes: 0 done, or nothing to do; 1 tried and failed (status: a container or pod does not run; drift:
a resource differs; preview: dangerous, and not allowed); 2 nothing was tried, and the message has the
reason and the line to type; 130 interrupted. \`pulumi\`, \`run\` and \`psql\` return the exit code of
their command. With --json, the result is JSON on standard output, and a failure is
{"error": {"message": ..., "exitCode": ...}}; progress is on standard error.
`;

const versionOfPackage = (): string =>
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;

/** `./slipway` as a whole. */
const program = newCommand(
  "slipway",
  "Deploy a web app, its Postgres and its Nginx, and operate them.",
)
  .usage("COMMAND [OPTIONS]")
  .option("--no-color", "Print without colours, as with NO_COLOR=1.")
  .version(versionOfPackage(), "--version", "Print the version of Slipway.")
  .helpCommand("help [command]", "Explain a command.")
  .enablePositionalOptions()
  .addHelpText("after", EXIT_CODES);
program.name(TYPED);
program.on("option:no-color", forgoColours);

let chosen: Verb | undefined;
for (const verb of verbs) {
  verb.command.action(() => {
    chosen = verb;
  });
  program.addCommand(verb.command);
}

/**
 * The command that arguments ask for, checked; undefined where they ask for an explanation, which is printed.
 *
 * @throws UserError for what no command takes.
 */
export function choose(args: readonly string[]): { verb: Verb; prepared: Prepared } | undefined {
  const typed = args.length === 0 ? ["--help"] : args;
  const names = typed.filter((arg) => !arg.startsWith("-"));
  const [name = ""] = names[0] === "help" ? names.slice(1) : names;
  if (name !== "" && !verbs.some((verb) => verb.name === name)) refuseCommand(name);
  try {
    parseInto(program, typed, name);
  } catch (error) {
    if (error instanceof CommanderError) return undefined;
    throw error;
  }
  return chosen && { verb: chosen, prepared: chosen.prepared() };
}

function refuseCommand(name: string): never {
  const meant = didYouMean(name, [...verbs.map((verb) => verb.name), "help"]);
  throw new UserError(`There is no command "${name}".${meant} \`${TYPED} --help\` lists them.`);
}
