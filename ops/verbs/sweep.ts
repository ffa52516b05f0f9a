import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { say } from "../progress.ts";
import { printJson } from "../result.ts";
import { branchesOf, DEFAULT_REMOTE } from "../review/branches.ts";
import { type OrphanedStack, orphanedStacks } from "../review/orphaned-stacks.ts";
import { branchOf, candidateOf, removeReviewStack } from "../review/removal.ts";
import { isReviewName, reviewNames } from "../review/review-name.ts";
import { refusal, type Verdict, verdictOf } from "../review/verdict.ts";
import { UserError } from "../user-error.ts";
import { openStack, stackNames } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { anyStack, dryRunOption, jsonOption, text } from "./options.ts";
import { table } from "./table.ts";
import { defineVerb } from "./verb.ts";

interface Row {
  readonly stack: string;
  readonly action: Verdict["action"] | "removed" | "failed" | "orphan";
  readonly why: string;
}

const command = newCommand(
  "sweep",
  "Delete review stacks whose branch is gone or whose time is over, with their data; or the stack in -s.",
)
  .addOption(anyStack("Delete this one review stack, regardless of its branch and its time."))
  .option("--branch <name>", "With -s: only if the stack is for this branch.", text("--branch"))
  .option(
    "--remote <remote>",
    "Git remote whose branches count; `none`: only the time counts.",
    text("--remote"),
    DEFAULT_REMOTE,
  )
  .option(
    "--like <stack>",
    "Stack whose host or cluster is searched for leftovers of review stacks.",
    text("--like"),
    "dev",
  )
  .option("--orphans", "Delete those leftovers too.")
  .addOption(dryRunOption("Show the deletions, and delete nothing."))
  .addOption(jsonOption());

export const sweep = defineVerb(command, {
  group: "Repair",
  async run(options) {
    const { stack: given, branch, remote, like, dryRun: isDry = false } = options;
    const known = await stackNames();
    if (given !== undefined) {
      const named = await removeNamed({ given, branch }, known, isDry);
      if (options.json === true) printJson(named);
      return 0;
    }

    const rows: Row[] = [];
    let failed = false;
    const branches = await askBranches(remote, () => (failed = true));
    for (const name of known.filter(isReviewName)) {
      rows.push(await attempt(name, () => sweepStack(name, branches, isDry)));
    }
    rows.push(...(await sweepOrphans(like, known, isDry || options.orphans !== true)));

    if (options.json === true) printJson(rows);
    else process.stdout.write(listed(rows));
    const removed = rows.filter(({ action }) => action === "removed").length;
    const bad = rows.filter(({ action }) => ["failed", "refuse"].includes(action)).length;
    say(
      isDry
        ? "✓ Nothing was removed: --dry-run."
        : `${bad === 0 && !failed ? "✓" : "✗"} Removed ${removed}, kept or refused ${rows.length - removed}.`,
    );
    return bad === 0 && !failed ? 0 : 1;
  },
});

interface Named {
  readonly given: string;
  readonly branch: string | undefined;
}

/** What the stop job of a branch calls, again perhaps: a stack that is gone is no failure. */
async function removeNamed(
  named: Named,
  known: readonly string[],
  isDry: boolean,
): Promise<readonly Row[]> {
  const { given } = named;
  const branch = named.branch ?? branchOfPipeline(given, process.env);
  const { own, shared } = namesOf(given, branch, known);
  const names = [...own, ...shared].filter((one) => known.includes(one));
  const removed: Row[] = [];
  for (const name of names) {
    const stack = await openStack(name);
    if (branch !== undefined && !(await isFor(stack, branch, own.includes(name)))) continue;
    await removeOne(stack, isDry);
    removed.push({ stack: name, action: isDry ? "remove" : "removed", why: "named by -s" });
  }
  if (removed.length === 0) say(`✓ There is no stack ${own[0]} (any more).`);
  return removed;
}

/** A stack that is named as it is called is that one alone: cut as the names of today, it may be another one's. */
const namesOf = (given: string, branch: string | undefined, known: readonly string[]) =>
  branch === undefined && known.includes(given)
    ? { own: [given], shared: [] }
    : reviewNames(given, branch);

/** The stop job of a pipeline from before `--branch` names the slug alone. */
function branchOfPipeline(given: string, env: NodeJS.ProcessEnv): string | undefined {
  return given === `review-${env["CI_COMMIT_REF_SLUG"]}` ? env["CI_COMMIT_REF_NAME"] : undefined;
}

/** @param byName whether its name is that of the branch, for one that never came so far as to say. */
async function isFor(stack: Stack, branch: string, byName: boolean): Promise<boolean> {
  const said = await branchOf(stack);
  if (said === branch || (said === undefined && byName)) return true;
  say(
    `  ${stack.name} stays: it is for ${said === undefined ? "no known branch" : `the branch ${said}`}.`,
  );
  return false;
}

async function removeOne(stack: Stack, isDry: boolean): Promise<void> {
  const { name } = stack;
  const refused = refusal(await candidateOf(stack));
  if (refused !== undefined) throw new UserError(`${name} stays: ${refused.why}.`);
  if (isDry) {
    say(`✓ ${name} would be removed, with its data: --dry-run.`);
    return;
  }
  say(`▸ Removing ${name}, with its data ...`);
  say(`✓ ${name} is gone${await removeReviewStack(stack)}.`);
}

/** Undefined where they can't be known: then time alone decides, and the run ends with 1. */
async function askBranches(
  remote: string,
  failed: () => void,
): Promise<ReadonlySet<string> | undefined> {
  if (remote === "none") return undefined;
  try {
    return await branchesOf(remote, process.env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`The branches could not be asked for, so no branch counts as gone. ${error.message}`);
    failed();
    return undefined;
  }
}

async function sweepStack(
  name: string,
  branches: ReadonlySet<string> | undefined,
  isDry: boolean,
): Promise<Row> {
  const stack = await openStack(name);
  const verdict = verdictOf(await candidateOf(stack), branches, Date.now());
  if (verdict.action !== "remove" || isDry) return { stack: name, ...verdict };
  say(`▸ Removing ${name}, with its data: ${verdict.why} ...`);
  await removeReviewStack(stack);
  return { stack: name, action: "removed", why: verdict.why };
}

/** One that can't be removed does not stop the others. */
async function attempt(stack: string, work: () => Promise<Row>): Promise<Row> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`${stack}: ${why}`);
    return { stack, action: "failed", why: why.split("\n")[0] ?? why };
  }
}

async function sweepOrphans(
  like: string,
  known: readonly string[],
  onlyList: boolean,
): Promise<Row[]> {
  if (!known.includes(like)) return [];
  let orphans: readonly OrphanedStack[];
  try {
    orphans = await orphanedStacks(await openStack(like), known);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(
      `The host or cluster of ${like} could not be asked for leftovers of review stacks: ${error.message}`,
    );
    return [];
  }
  const rows: Row[] = [];
  for (const { stack, what, remove } of orphans) {
    const why = `not a stack of this backend, but it has left ${what.join(", ")}`;
    rows.push(
      onlyList
        ? { stack, action: "orphan", why: `${why}; --orphans removes them` }
        : await attempt(stack, async () => {
            await remove();
            return { stack, action: "removed", why };
          }),
    );
  }
  return rows;
}

function listed(rows: readonly Row[]): string {
  if (rows.length === 0) return "There is no review stack.\n";
  return table(
    ["STACK", "ACTION", "WHY"],
    rows.map(({ stack, action, why }) => [stack, action, why]),
  );
}
