import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

/**
 * A Docker Engine of its own beside the machine's, whose images and volumes are on a disk of so many
 * MiB in memory. It has no network: it can load images, no more.
 */
export async function withSmallEngine(
  mebibytes: number,
  work: (dockerHost: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-engine-"));
  const root = join(folder, "root");
  const socket = `unix://${join(folder, "docker.sock")}`;
  mkdirSync(root);
  writeFileSync(join(folder, "daemon.json"), "{}");
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", root]);
  const log = openSync(join(folder, "log"), "w");
  // In a network of its own: without a bridge, an engine removes `docker0`, which is the other engine's.
  const engine = spawn("unshare", ["--net", "dockerd", ...options(folder, socket)], {
    stdio: ["ignore", log, log],
  });
  const ended = new Promise((done) => engine.once("close", done));
  try {
    await until(
      () => {
        if (engine.exitCode !== null) throw new Error(readFileSync(join(folder, "log"), "utf8"));
        return answers(socket);
      },
      "the small engine answers",
      30,
    );
    await work(socket);
  } finally {
    engine.kill("SIGTERM");
    await ended;
    closeSync(log);
    execFileSync("umount", ["--recursive", root]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const options = (folder: string, socket: string) => [
  // Not the machine's own configuration, which may say otherwise.
  `--config-file=${join(folder, "daemon.json")}`,
  `--host=${socket}`,
  `--data-root=${join(folder, "root")}`,
  `--exec-root=${join(folder, "exec")}`,
  `--pidfile=${join(folder, "pid")}`,
  // It may share the machine's containerd, and must not see what the other engine has there.
  "--containerd-namespace=slipway-small",
  "--containerd-plugins-namespace=slipway-small-plugins",
  "--bridge=none",
  "--iptables=false",
  "--ip-forward=false",
  "--ip-masq=false",
];

function answers(socket: string): boolean {
  try {
    execFileSync("docker", ["--host", socket, "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
