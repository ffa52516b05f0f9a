import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { duration, say } from "../ops/progress.ts";
import { OWN } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { installPackages } from "./packages.ts";
import { run } from "./run.ts";

const LOG = join(OWN, "dockerd.log");
const START_SECONDS = 60;

/** Sees to it that a Docker Engine answers: installs and starts one where that is ours to do. */
export async function ensureDocker(): Promise<void> {
  let trouble = await dockerTrouble();
  if (trouble === undefined) return;
  if (/permission denied/i.test(trouble)) {
    throw new UserError(
      "You may not use Docker on this machine. Run `sudo usermod -aG docker $USER`, " +
        "log out and in, and run this command again.",
    );
  }
  if (process.env["DOCKER_HOST"] !== undefined) {
    throw new UserError(
      `No Docker Engine answers at DOCKER_HOST=${process.env["DOCKER_HOST"]}: ${trouble}`,
    );
  }
  if (!(await exists("docker")) || !(await exists("dockerd"))) {
    await installPackages(["docker.io", "iptables"], "A Docker Engine");
    // The package starts the engine where there is a service manager.
    trouble = await dockerTrouble();
    if (trouble === undefined) return;
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      "Docker is installed but not running. Run `sudo systemctl start docker` " +
        "and then this command again.",
    );
  }
  await startEngine();
}

/** Why Docker does not answer, in its own words, or undefined when it does. */
async function dockerTrouble(): Promise<string | undefined> {
  const result = await run("docker", ["version", "--format", "{{.Server.Version}}"]);
  return result.code === 0 ? undefined : result.stderr.trim();
}

async function exists(command: string): Promise<boolean> {
  return (await run("sh", ["-c", `command -v ${command}`])).code === 0;
}

async function startEngine(): Promise<void> {
  const started = Date.now();
  const managed = existsSync("/run/systemd/system");
  say(
    managed
      ? "▸ Docker is installed but not running; starting it with systemctl ..."
      : `▸ Docker is installed but not running; starting dockerd, which logs to ${LOG} ...`,
  );
  if (managed) await run("systemctl", ["start", "docker"]);
  else spawnEngine();

  while ((await dockerTrouble()) !== undefined) {
    if (Date.now() - started > START_SECONDS * 1000 || engineGaveUp()) {
      throw new UserError(
        managed
          ? "Docker did not start. `journalctl -u docker -n 30` says why."
          : `Docker did not start. The last lines of its log:\n${lastLogLines()}`,
        1,
      );
    }
    await pause(200);
  }
  say(`✓ Docker answers: ${duration(started)}`);
}

let engineEnded = false;
const engineGaveUp = () => engineEnded;

/** It goes on when this command has ended. */
function spawnEngine(): void {
  mkdirSync(OWN, { recursive: true, mode: 0o700 });
  const log = openSync(LOG, "w");
  const engine = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
  engine.once("exit", () => {
    engineEnded = true;
  });
  engine.unref();
}

function lastLogLines(): string {
  return readFileSync(LOG, "utf8").trimEnd().split("\n").slice(-8).join("\n");
}
