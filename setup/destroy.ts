import { LOCAL_STACK } from "../ops/project.ts";
import { destroyWithData } from "../ops/up.ts";
import { UserError } from "../ops/user-error.ts";
import { destroy as destroyStack } from "../ops/verbs/destroy.ts";
import { takeDown } from "./take-down.ts";
import { ensureVerbTools } from "./verb-tools.ts";

/** `npm run destroy -- --data`: everything that is in the state, the database included. */
export async function destroy(args: string[]): Promise<number> {
  const other = otherStackIn(args);
  if (other !== undefined) {
    await ensureVerbTools("./slipway destroy");
    return await destroyStack.run(args);
  }
  if (!args.includes("--data")) {
    throw new UserError(
      `This would remove the stack ${LOCAL_STACK} with its database. If that is meant, type ` +
        "`npm run destroy -- --data`; to keep the data, type `npm stop`.",
    );
  }
  return await takeDown({
    command: "npm run destroy",
    work: destroyWithData,
    done: `✓ The stack ${LOCAL_STACK} is gone, and so is its data.`,
    nothing: `✓ The stack ${LOCAL_STACK} has nothing to remove.`,
  });
}

/** A stack that is named, and is not this clone's own. */
function otherStackIn(args: string[]): string | undefined {
  const index = args.findIndex((arg) => arg === "-s" || arg === "--stack");
  const named =
    index >= 0
      ? args[index + 1]
      : args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length);
  return named === LOCAL_STACK ? undefined : named;
}
