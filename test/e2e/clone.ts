import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "..", "..");

export interface Ended {
  readonly code: number;
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string;
}

/**
 * A copy of the project with a stack, a state and a port of its own, so that a test may change anything
 * in it beside a stack that runs. Packages and tools are those of the project.
 */
export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-clone-"));
  readonly stack = `e2e-${randomBytes(4).toString("hex")}`;
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async make(): Promise<Clone> {
    const clone = new Clone(await freePort());
    const files = git(PROJECT, "ls-files", "--cached", "--others", "--exclude-standard");
    const present = files.split("\n").filter((file) => file && existsSync(join(PROJECT, file)));
    for (const file of present) {
      cpSync(join(PROJECT, file), join(clone.folder, file), { recursive: true });
    }
    symlinkSync(join(PROJECT, "node_modules"), join(clone.folder, "node_modules"));
    mkdirSync(join(clone.folder, ".slipway"));
    cpSync(join(PROJECT, ".slipway", "tools.json"), join(clone.folder, ".slipway", "tools.json"));
    const official = join(PROJECT, ".slipway", "official");
    if (existsSync(official)) symlinkSync(official, join(clone.folder, ".slipway", "official"));
    writeFileSync(
      join(clone.folder, `Pulumi.${clone.stack}.yaml`),
      `config:\n  slipway:httpPort: "${clone.port}"\n`,
    );
    git(clone.folder, "init", "--quiet");
    clone.commit("first");
    return clone;
  }

  /** Commits what is in the folder, which gives the app's next version its name. */
  commit(message: string): void {
    git(this.folder, "add", "--all");
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    git(this.folder, ...author, "commit", "--quiet", "--allow-empty", "--message", message);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  /** `./slipway ARGS`, to its end. */
  async slipway(args: string[], env: Record<string, string> = {}): Promise<Ended> {
    return await ended(this.spawn(args, env));
  }

  /** Commands as a user types them in the clone's folder; the first one that fails ends it. */
  async shell(commands: string, env: Record<string, string> = {}): Promise<Ended> {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const all = { ...this.#environment, ...env };
    const options = { cwd: this.folder, env: all, stdio: [...stdio] };
    return await ended(spawn("sh", ["-euc", commands], options));
  }

  /** The pulumi command on this clone's stack. */
  async pulumi(args: string[], env: Record<string, string> = {}): Promise<Ended> {
    return await this.slipway(["pulumi", ...args, "--stack", this.stack], env);
  }

  /** Sets a secret of the stack; its value goes over the standard input. */
  async setSecret(key: string, value: string): Promise<void> {
    const args = ["pulumi", "config", "set", "--secret", key, "--stack", this.stack];
    const child = this.spawn(args, {}, "pipe");
    child.stdin?.end(value);
    const { code, output } = await ended(child);
    if (code !== 0) throw new Error(output);
  }

  /** `./slipway ARGS`, in a process group of its own, for tests that interrupt it. */
  spawn(
    args: string[],
    env: Record<string, string> = {},
    input: "ignore" | "pipe" = "ignore",
  ): ChildProcess {
    return spawn(join(this.folder, "slipway"), args, {
      cwd: this.folder,
      detached: true,
      stdio: [input, "pipe", "pipe"],
      env: { ...this.#environment, ...env },
    });
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, SLIPWAY_LOCAL_STACK: this.stack, NO_COLOR: "1" };
  }

  /** Removes the stack with its data, and the folder. */
  async remove(): Promise<void> {
    const { code, output } = await this.slipway(["destroy", "--data", "--yes", this.stack]);
    if (code !== 0) throw new Error(`The stack of a test could not be removed:\n${output}`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  child.stderr?.on("data", (data) => (output += data));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => done({ code: code ?? (signal ? 128 : 1), output }));
  });
}

export function docker(...args: string[]): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** Containers, volumes, networks and images that carry a stack's label. */
export function thingsOf(stack: string): string[] {
  const label = `--filter=label=slipway.stack=${stack}`;
  return [
    ["container", docker("ps", "--all", "--format={{.Names}}", label)],
    ["volume", docker("volume", "ls", "--format={{.Name}}", label)],
    ["network", docker("network", "ls", "--format={{.Name}}", label)],
    ["image", docker("image", "ls", "--format={{.Repository}}:{{.Tag}}", label)],
  ].flatMap(([kind, names = ""]) =>
    names
      .split("\n")
      .filter(Boolean)
      .map((name) => `${kind} ${name}`),
  );
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" });
}

/**
 * A port that nothing listens on, below those that the kernel gives to outgoing connections and to
 * whoever listens on port 0: such a port may be taken by anybody while the stack is down.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  return (await isFree(port)) ? port : await freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once("error", () => answer(false));
    server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
  });
}
