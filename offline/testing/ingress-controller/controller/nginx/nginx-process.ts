import { type ChildProcess, execFile, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { askSocket } from "./ask-socket.ts";
import type { ConfigFiles } from "./config-files.ts";
import { versionText } from "./main-text.ts";
import { SOCKETS } from "./places.ts";

const BINARY = "/usr/sbin/nginx";
const POLL_MS = 25;

const run = promisify(execFile);

interface Parts {
  readonly files: ConfigFiles;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly reloadTimeoutMs: number;
}

/** The one Nginx of the container: started, reloaded and ended from here. */
export class NginxProcess {
  readonly #parts: Parts;
  #version = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<number | string> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async version(): Promise<string> {
    const { stderr } = await run(BINARY, ["-v"]);
    return /nginx\/(\S+)/.exec(stderr)?.[1] ?? "unknown";
  }

  /** Resolves when it serves; what ends it, whenever that is, is `ended`. */
  async start(): Promise<void> {
    this.#parts.files.writeVersion(versionText(this.#version));
    const child = spawn(BINARY, ["-e", "stderr"], { stdio: ["ignore", "inherit", "inherit"] });
    this.#child = child;
    this.#ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    await Promise.race([this.#waitForVersion(), this.ended()]);
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    if (this.#ended === undefined) throw new Error("nginx was not started");
    return this.#ended;
  }

  /**
   * Resolves when workers with the new configuration take connections. A configuration that Nginx
   * refuses stays on the disk, and with it every later reload fails until it is mended.
   */
  async reload(reason: "endpoints" | "other"): Promise<void> {
    const { files, log, metrics } = this.#parts;
    this.#version += 1;
    files.writeVersion(versionText(this.#version));
    log.debug(`Reloading nginx with configVersion: ${this.#version}`);
    const start = performance.now();
    try {
      await this.#signal("reload");
      await this.#waitForVersion();
    } catch (error) {
      metrics.countFailedReload();
      throw error;
    }
    metrics.countReload(reason, performance.now() - start);
  }

  /** Lets it answer what it has begun to answer, then end. */
  async quit(): Promise<void> {
    if (this.#child === undefined) return;
    await this.#signal("quit");
    await this.ended();
  }

  async #signal(name: "reload" | "quit"): Promise<void> {
    try {
      await run(BINARY, ["-s", name, "-e", "stderr"]);
    } catch (error) {
      const said = (error as { stderr?: string }).stderr ?? String(error);
      throw new Error(`nginx ${name} failed: ${said.trim().replaceAll("\n", "; ")}`, {
        cause: error,
      });
    }
  }

  async #waitForVersion(): Promise<void> {
    const { reloadTimeoutMs } = this.#parts;
    const deadline = performance.now() + reloadTimeoutMs;
    while (performance.now() < deadline) {
      if ((await askSocket(SOCKETS.version, "/configVersion")) === String(this.#version)) return;
      await wait(POLL_MS);
    }
    throw new Error(
      `could not get newest config version: could not get expected version: ${this.#version} after ${reloadTimeoutMs}ms`,
    );
  }
}
