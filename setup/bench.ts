import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../ops/project.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";
import { ensureTools } from "./tools.ts";

/** `npm run bench`: sets up what it needs, and measures. */
export async function bench(args: string[]): Promise<number> {
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
