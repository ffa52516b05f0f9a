import { LOCAL_STACK } from "../ops/project.ts";
import { destroyWithData } from "../ops/up.ts";
import { UserError } from "../ops/user-error.ts";
import { takeDown } from "./take-down.ts";

/** `npm run destroy -- --data`: everything that is in the state, the database included. */
export async function destroy(args: string[]): Promise<number> {
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
