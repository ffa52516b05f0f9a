import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseEnv } from "node:util";
import { findProcess } from "../processes.ts";
import { say } from "../progress.ts";
import { ROOT } from "../project.ts";
import { UserError } from "../user-error.ts";
import { builtBy } from "./built-image.ts";
import { imageByDigest } from "./image-digest.ts";
import type { Job, Outcome, Worker } from "./job.ts";
import type { Await, Deploy } from "./queue.ts";
import type { HookSettings } from "./settings.ts";

/** As many deployments keep their output. */
const OUTPUTS_KEPT = 50;

/** For whoever else changes the stack, as in a pipeline. */
const LOCK_WAIT_SECONDS = "900";

/** What a deployment runs. */
export interface Commands {
  readonly slipway: string;
  readonly clone: string;
}

const COMMANDS: Commands = { slipway: join(ROOT, "slipway"), clone: ROOT };

/**
 * Deploys by the `slipway` command, in a process of its own whose output goes into a file: should this
 * server be killed, the deployment ends well without it.
 */
export function deployer(settings: HookSettings, commands: Commands = COMMANDS): Deploy {
  const folder = join(settings.journal, "deployments");
  return async (job, started, stop) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const base = join(folder, `${job.at.replaceAll(/[:.]/g, "-")}-${job.stack}-${job.pipeline}`);
    const [log, result] = [`${base}.log`, `${base}.env`];
    const output = openSync(log, "a", 0o600);
    const run = (command: string, args: string[]) =>
      finished(
        spawn(command, args, {
          cwd: commands.clone,
          // In a group of its own: Ctrl-C would reach the engine too, which is told to stop once.
          detached: true,
          stdio: ["ignore", output, output],
          // Of no use to it, and not its business.
          env: { ...process.env, CREDENTIALS_DIRECTORY: undefined, NO_COLOR: "1" },
        }),
        started,
        stop,
      );
    try {
      if (settings.pull) {
        const pulled = await run("git", ["-C", commands.clone, "pull", "--quiet", "--ff-only"]);
        if (stop.aborted) return undefined;
        if (pulled !== 0) return failed(`git pull ended with ${pulled}`, log);
      }
      rmSync(result, { force: true });
      const args = [...(await argumentsFor(job, settings)), result];
      if (stop.aborted) return undefined;
      const code = await run(commands.slipway, args);
      if (code === 0) return readResult(result);
      return stop.aborted ? undefined : failed(`slipway ended with ${code}`, log);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { result: "failed", why: error.message };
    } finally {
      closeSync(output);
      rmSync(result, { force: true });
      removeOldOutputs(folder);
    }
  };
}

/** Those that end with the file for what came of it. */
async function argumentsFor(job: Job, settings: HookSettings): Promise<string[]> {
  const common = ["--commit", job.sha, "--lock-wait", LOCK_WAIT_SECONDS, "--dotenv"];
  if (job.from !== undefined) {
    return ["promote", "-s", job.stack, "--from", job.from, "--version", job.ref, ...common];
  }
  const digest = await builtBy(job, settings);
  const image = await imageByDigest(settings.image, digest, settings.registry);
  const version = job.sha.slice(0, 12);
  const sequence = job.sequence === undefined ? [] : ["--sequence", String(job.sequence)];
  return ["up", "-s", job.stack, "--image", image, "--version", version, ...sequence, ...common];
}

/** Runs to its end. One that is to stop is told once, and then ends in its own order. */
function finished(
  child: ChildProcess,
  started: (worker: Worker) => void,
  stop: AbortSignal,
): Promise<number> {
  const { pid } = child;
  if (pid !== undefined) started({ pid, began: findProcess(pid)?.began ?? "" });
  const tell = () => child.kill("SIGTERM");
  if (stop.aborted) tell();
  stop.addEventListener("abort", tell, { once: true });
  return new Promise<number>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  }).finally(() => stop.removeEventListener("abort", tell));
}

/**
 * What a program says may be a secret, as the address of a remote or of a database: the service's own log
 * has its last line, and the file all of it. The outcome, which is shown to whoever asks, only names that.
 */
function failed(what: string, log: string): Outcome {
  const last = readFileSync(log, "utf8").trimEnd().split("\n").at(-1) ?? "";
  if (last !== "") say(`Its last line: ${last.slice(0, 500)}`);
  return { result: "failed", why: `${what}; its output is deployments/${basename(log)}` };
}

/** What a command that ended well left of what it did; one that is older than what is live, it skips. */
function readResult(file: string): Outcome {
  const said = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const { SLIPWAY_IMAGE: image, SLIPWAY_URL: url, SLIPWAY_VERSION: live } = said;
  if (said["SLIPWAY_SKIPPED"] !== undefined) {
    return { result: "dropped", why: `${live ?? "The live release"} is newer.` };
  }
  return {
    result: "deployed",
    ...(image === undefined ? {} : { image }),
    ...(url === undefined ? {} : { url }),
  };
}

function removeOldOutputs(folder: string): void {
  const outputs = readdirSync(folder).sort();
  for (const name of outputs.slice(0, -OUTPUTS_KEPT)) rmSync(join(folder, name), { force: true });
}

/** A deployment that outlived its server has the stack's lock; two at once would only be refused. */
export const awaitWorker: Await = async ({ pid, began }, stop) => {
  const lives = () => began !== "" && findProcess(pid)?.began === began;
  if (lives()) say(`Process ${pid} is still at the deployment of before: waiting for it.`);
  while (lives() && !stop.aborted) await pause(500);
};
