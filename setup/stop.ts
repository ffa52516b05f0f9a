import { LOCAL_STACK } from "../ops/project.ts";
import { down } from "../ops/up.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { takeDown } from "./take-down.ts";

/** Everything goes but what is protected. */
export const stop = defineVerb(
  newCommand("stop", "Take the stack `local` down and keep its data: `npm stop`."),
  {
    group: "This machine",
    needsPulumi: false,
    run: async () =>
      await takeDown({
        command: "npm stop",
        work: down,
        withData: false,
        done: (fate) => `✓ The stack ${LOCAL_STACK} is down${fate}. \`npm start\` brings it back.`,
        nothing: `✓ The stack ${LOCAL_STACK} is not up.`,
      }),
  },
);
