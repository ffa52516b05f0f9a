import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { ask } from "../ask.ts";
import { readConfig } from "../config.ts";
import { dataFate } from "../data-fate.ts";
import { type Look, lookAt } from "../look.ts";
import { refuseUnlabelled } from "../lost-data.ts";
import { lostData } from "../missing.ts";
import { openForChange } from "../open-for-change.ts";
import { holdsData, takesAllWithIt } from "../preview/data.ts";
import { duration, say } from "../progress.ts";
import { printJson } from "../result.ts";
import { reviewsBeside } from "../review/reviews-beside.ts";
import { nameInUrn } from "../state/urn.ts";
import { down, keepsImages, remove } from "../up.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { anyStack, jsonOption, lockOf, lockWaitOption, optional, text, YES } from "./options.ts";

export const destroyCommand = () =>
  newCommand(
    "destroy",
    "Take a stack down and keep its data. With --data, delete unprotected data too.",
  )
    .addOption(anyStack("The stack. Without it, with --data: the stack of `npm start`."))
    .option("--data", "Delete its data too.")
    .option("--yes <name>", `${YES}: name the stack again.`, optional(text("--yes")))
    .addOption(lockWaitOption())
    .addOption(jsonOption());

type Options = ReturnType<ReturnType<typeof destroyCommand>["opts"]>;

/** Takes a stack down; @returns the exit code. */
export async function destroyStack(name: string, options: Options): Promise<number> {
  const began = Date.now();
  const { data: withData = false, yes } = options;
  refuseReviews(name, await reviewsBeside(name));
  if (withData) refuseProtected(name, protectedIn(name, await lookAt(await openStack(name))));
  await confirm(name, withData, yes);
  const { stack, look } = await openForChange(name, lockOf(options));
  const runProgram = (await readConfig(stack, "clusterLogin")) === "token";
  const { changes, lost } = withData
    ? await removeAll(stack, look, runProgram)
    : await down(stack, { runProgram });
  const fate = await dataFate(stack, withData, lost);
  say(
    changes === 0
      ? `✓ ${name} has nothing to remove.`
      : `✓ ${name} is down${fate}: ${changes} resources removed in ${duration(began)}.`,
  );
  if (options.json === true) {
    printJson({ stack: name, removed: changes, data: withData });
  }
  return 0;
}

/** With data that is gone already: what protects it in the state protects nothing. */
async function removeAll(stack: Stack, look: Look | undefined, runProgram: boolean) {
  const now = look ?? (await lookAt(stack));
  const lost = lostData(stack.name, now);
  await refuseUnlabelled(stack.name, lost, now.target);
  const gone = lost.map(({ urn }) => urn);
  const changes = await remove(stack, { runProgram }, (all) =>
    all.filter(({ urn }) => gone.includes(urn)),
  );
  return { changes, lost: [] };
}

/** Names of what is protected in a stack, and is there. */
function protectedIn(stack: string, look: Look): string[] {
  const gone = lostData(stack, look).map(({ urn }) => urn);
  return look.state.resources
    .filter((one) => one.protect === true && !keepsImages(one) && !gone.includes(one.urn))
    .map(({ urn, type, inputs = {} }) => {
      const holds = holdsData({ type, inputs }) || takesAllWithIt(type);
      return `${nameInUrn(urn)}${holds ? " (data)" : ""}`;
    });
}

function refuseProtected(stack: string, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new UserError(
    `${stack} has protected resources: ${names.join(", ")}. To keep them, leave out --data. To delete ` +
      "them, back them up, and type:\n" +
      `  npm run pulumi -- config set protectData false -s ${stack}\n` +
      `  ./slipway up -s ${stack}\n` +
      `  ./slipway destroy -s ${stack} --data`,
  );
}

/** A machine that is deleted takes what is on it along, and a public Nginx cuts off what it served. */
function refuseReviews(stack: string, reviews: readonly string[]): void {
  if (reviews.length === 0) return;
  throw new UserError(
    `${reviews.length === 1 ? "A review stack runs" : "Review stacks run"} beside ${stack}, and would be lost or ` +
      `cut off with it: ${reviews.join(", ")}. Nothing was done. Remove them first, with their data:\n` +
      reviews.map((review) => `  ./slipway sweep -s ${review}`).join("\n"),
  );
}

/** @throws UserError unless the stack is named, by the option or by whoever is asked. */
export async function confirm(
  stack: string,
  withData: boolean,
  yes: string | undefined,
): Promise<void> {
  if (yes === stack) return;
  const what = `This takes ${stack} down${withData ? " and REMOVES ITS DATA" : " and keeps its data"}.`;
  if (yes !== undefined) throw new UserError(`${what} --yes names another stack: "${yes}".`);
  if (process.stdin.isTTY !== true) {
    throw new UserError(`${what} To confirm, add --yes ${stack}.`);
  }
  const answer = await ask(`${what} Type its name to go on: `);
  if (answer !== stack) throw new UserError(`"${answer}" is not ${stack}: nothing was done.`);
}
