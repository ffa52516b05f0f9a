import { say } from "../ops/progress.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { verbs as stackVerbs } from "../ops/verbs/index.ts";
import { GROUPS, type Verb } from "../ops/verbs/verb.ts";
import { bench } from "./bench.ts";
import { destroy } from "./destroy.ts";
import { previewExample } from "./preview-example.ts";
import { passToPulumi } from "./pulumi.ts";
import { START_USAGE, start } from "./start.ts";
import { stop } from "./stop.ts";
import { test } from "./test.ts";
import { ensureVerbTools } from "./verb-tools.ts";

const verbs: Readonly<Record<string, Verb>> = {
  ...stackVerbs,
  start: {
    group: "This machine",
    summary: "Set up this machine and deploy the stack `local` on it.",
    usage: START_USAGE,
    run: start,
  },
  stop: {
    group: "This machine",
    summary: "Take the stack `local` down and keep its data.",
    usage: "npm stop",
    run: stop,
  },
  destroy: {
    ...stackVerbs["destroy"],
    summary:
      "Take a stack down and keep its data. With --data, delete unprotected data too. " +
      "`npm run destroy -- --data` does so for `local` or `local-NAME`, without a question.",
    usage: stackVerbs["destroy"]?.usage ?? "",
    run: destroy,
  },
  pulumi: {
    group: "Development",
    summary: "Run the pulumi command with the tools of this clone.",
    usage: "npm run pulumi -- preview -s local",
    run: passToPulumi,
  },
  "preview-example": {
    group: "Development",
    summary:
      "Show the resources that a stack would create, without credentials and without a state.",
    usage: "npm run preview:example -- dev [KEY=VALUE ...]",
    run: previewExample,
  },
  test: {
    group: "Development",
    summary:
      "Run the suites check, unit, engine and e2e, or those in SUITE; `slow` runs the others.",
    usage: "npm test [-- SUITE ...]",
    run: test,
  },
  bench: {
    group: "Development",
    summary: "Measure releases, and runs without a change, beside other tools.",
    usage: "npm run bench [-- releases|no-op|cluster] [--repeat N]",
    run: bench,
  },
};

const listed = Object.entries(verbs).map(([name, verb]) => ({
  group: verb.group ?? "A running stack",
  text: `  ${name.padEnd(17)}${verb.summary}\n                   ${verb.usage}\n`,
}));

const HELP = `usage: ./slipway COMMAND [ARGUMENTS]

${GROUPS.map((group) => {
  const texts = listed.filter((verb) => verb.group === group).map(({ text }) => text);
  return `${group}\n${texts.join("")}`;
}).join("\n")}
Exit codes: 0 done, or nothing to do; 1 tried and failed (status: a container or pod does not run; drift:
a resource differs; preview: dangerous, and not allowed); 2 nothing was tried, and the message has the
reason and the line to type; 130 interrupted. \`pulumi\`, \`run\` and \`psql\` return the exit code of
their command. With --json, results are JSON on standard output; progress is on standard error.
`;

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (["--help", "-h", "help"].includes(name)) {
    process.stdout.write(HELP);
    return 0;
  }
  const verb = verbs[name];
  if (verb === undefined) {
    throw new UserError(`There is no command "${name}". \`./slipway --help\` lists them.`);
  }
  if (name !== "pulumi" && ownArguments(args).some((arg) => arg === "--help" || arg === "-h")) {
    process.stdout.write(`${verb.usage}\n\n${verb.summary}\n`);
    return 0;
  }
  checkStackName(LOCAL_STACK);
  if (needsTools(name, args)) await ensureVerbTools(`./slipway ${name}`);
  return await verb.run(args);
}

/** The others see to their own. */
function needsTools(name: string, args: readonly string[]): boolean {
  if (name === "pulumi") return true;
  const verb = stackVerbs[name];
  if (verb === undefined || verbs[name] !== verb) return false;
  const { withoutPulumi = false } = verb;
  return !(typeof withoutPulumi === "function" ? withoutPulumi(args) : withoutPulumi);
}

/** Without a command that is handed on. */
function ownArguments(args: string[]): string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Its state is in this clone, so it must not have the name of a stack that a team shares. */
function checkStackName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name) && !["dev", "prod"].includes(name)) return;
  throw new UserError(
    `SLIPWAY_LOCAL_STACK is "${name}"; it must be a letter, then letters, digits and -, at most 31, ` +
      "and neither dev nor prod. Try SLIPWAY_LOCAL_STACK=local-2.",
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  say(`slipway: ${error.message}`);
  process.exitCode = error.exitCode;
}
