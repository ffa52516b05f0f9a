import { spawn } from "node:child_process";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { ROOT } from "./project.ts";

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the pulumi command of a stack, for what the Automation API has no method for. */
export async function pulumi(stack: Stack, args: string[], input?: string): Promise<Said> {
  const { workspace } = stack;
  const child = spawn(workspace.pulumiCommand.command, [...args, "--non-interactive"], {
    cwd: ROOT,
    env: { ...process.env, ...workspace.envVars },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  child.stdin.on("error", () => {}); // It ended without reading: its exit code says why.
  child.stdin.end(input);
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  return { code, stdout, stderr };
}
