import { LOCAL_STACK } from "../ops/project.ts";
import { down } from "../ops/up.ts";
import { takeDown } from "./take-down.ts";

/** `npm stop`: everything goes but what is protected. */
export async function stop(): Promise<number> {
  return await takeDown({
    command: "npm stop",
    work: down,
    withData: false,
    done: (fate) => `✓ The stack ${LOCAL_STACK} is down${fate}. \`npm start\` brings it back.`,
    nothing: `✓ The stack ${LOCAL_STACK} is not up.`,
  });
}
