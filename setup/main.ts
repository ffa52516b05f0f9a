import { say } from "../ops/progress.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import { printJsonError } from "../ops/result.ts";
import { UserError } from "../ops/user-error.ts";
import { choose } from "./program.ts";
import { ensureVerbTools } from "./verb-tools.ts";

async function main(args: readonly string[]): Promise<number> {
  const choice = choose(args);
  if (choice === undefined) return 0;
  const { verb, prepared } = choice;
  checkStackName(LOCAL_STACK);
  if (prepared.needsPulumi) await ensureVerbTools(`./slipway ${verb.name}`);
  return await prepared.run();
}

/** Its state is in this clone, so it must not have the name of a stack that a team shares. */
function checkStackName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name) && !["dev", "prod"].includes(name)) return;
  throw new UserError(
    `SLIPWAY_LOCAL_STACK is "${name}"; it must be a letter, then letters, digits and -, at most 31, ` +
      "and neither dev nor prod. Try SLIPWAY_LOCAL_STACK=local-2.",
  );
}

/** `pulumi` and what stands after `--` have options of their own. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args[0] !== "pulumi" && args.slice(0, end < 0 ? undefined : end).includes("--json");
}

const typed = process.argv.slice(2);
try {
  process.exitCode = await main(typed);
} catch (error) {
  if (wantsJson(typed)) printJsonError(error);
  if (!(error instanceof UserError)) throw error;
  say(`slipway: ${error.message}`);
  process.exitCode = error.exitCode;
}
