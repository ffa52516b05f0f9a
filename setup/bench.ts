import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../ops/project.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { choices, positive } from "../ops/verbs/options.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";
import { ensureTools } from "./tools.ts";

const BENCHES = ["releases", "no-op", "cluster"] as const;

const command = newCommand(
  "bench",
  "Measure releases, and runs without a change, beside other tools: `npm run bench`.",
)
  .addArgument(choices("[bench...]", BENCHES, "Which to run; without any: all."))
  .option("--repeat <number>", "How often to run each.", positive("--repeat"));

export const bench = defineVerb(command, {
  group: "Development",
  needsPulumi: false,
  run: async ({ repeat }, benches = []) =>
    await measure([...benches, ...(repeat === undefined ? [] : ["--repeat", String(repeat)])]),
});

/** Sets up what it needs, and measures. */
async function measure(args: readonly string[]): Promise<number> {
  await alone("npm run bench", async () => {
    await ensureDocker();
    await ensureTools();
  });
  const child = spawn(process.execPath, [join(ROOT, "test", "bench", "main.ts"), ...args], {
    stdio: "inherit",
  });
  // The terminal tells it of Ctrl-C too, and it removes what it has made; others tell this process alone.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await new Promise((done) => child.once("close", (code) => done(code ?? 1)));
}
