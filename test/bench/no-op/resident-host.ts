import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../../ops/project.ts";
import type { Leftovers } from "../leftovers.ts";
import type { Program } from "./measure.ts";

const HOST = join(ROOT, "offline", "language-host", "main.ts");

/**
 * The same program, run by a language host that is up already: what a host costs to start is the same for every
 * program, and hides in a ratio what the program itself costs.
 */
export async function withoutHostStart(program: Program, leftovers: Leftovers): Promise<Program> {
  const host = spawn(process.execPath, [HOST], {
    cwd: program.folder,
    env: { ...process.env, ...program.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  leftovers.add(() => stop(host));
  const [port] = await once(createInterface(host.stdout), "line");
  return { ...program, host: { address: `127.0.0.1:${port}`, pid: host.pid ?? 0 } };
}

async function stop(host: ChildProcess): Promise<void> {
  const ended = once(host, "exit");
  host.kill("SIGTERM");
  await ended;
}
