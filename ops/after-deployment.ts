import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "./backend.ts";
import { type DownPart, downAfter } from "./missing.ts";
import { StackState } from "./state/stack-state.ts";
import { targetOf } from "./targets/index.ts";
import type { WrongAnswer } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

/**
 * Asks of a stack that is deployed what clients ask.
 *
 * @param mended whether the engine was to bring parts back: then it is seen first that they run.
 * @throws UserError where a part does not, or nothing could be asked: that is no answer, and no fault of the release.
 */
export async function wrongAnswerOf(
  stack: Stack,
  mended: boolean,
): Promise<WrongAnswer | undefined> {
  const { down, wrong } = await asked(stack, mended);
  if (down.length > 0) throw new UserError(notRunning(stack.name, down), 1);
  return wrong;
}

export const notAnswering = (stack: string, { url, answer }: WrongAnswer) =>
  `${stack} is as program and config say, and ${url} does not answer as it should. It answered: ${answer}\n` +
  `To see what runs: \`./slipway status -s ${stack}\`; what the app says: \`./slipway logs -s ${stack}\`.`;

interface Asked {
  readonly down: readonly DownPart[];
  readonly wrong?: WrongAnswer | undefined;
}

async function asked(stack: Stack, mended: boolean): Promise<Asked> {
  try {
    const state = await StackState.of(stack);
    const target = await targetOf(stack, state);
    const down = mended ? await downAfter(stack.name, state, target) : [];
    return down.length > 0 ? { down } : { down, wrong: await target.wrongAnswer() };
  } catch (error) {
    const isCommand = error instanceof CommandError;
    if (!isCommand && !(error instanceof UserError)) throw error;
    const reason = isCommand ? explained(error.message) : error.message;
    throw new UserError(notAsked(stack.name, reason), 1);
  }
}

const notAsked = (stack: string, reason: string) =>
  `${stack} is deployed; whether it answers could not be asked: ${reason}\n` +
  `Once that is mended, \`./slipway up -s ${stack}\` asks again, and \`./slipway status -s ${stack}\` shows what runs.`;

const notRunning = (stack: string, down: readonly DownPart[]) =>
  `${stack} is deployed, and not all of it is at work: ${down.map(({ what }) => what).join(", ")}.\n` +
  `To see what runs: \`./slipway status -s ${stack}\`; its last words: ` +
  `\`./slipway logs -s ${stack} --of ${down[0]?.name}\`.`;
