import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

interface SshTarget {
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

export function parseSshTarget(url: string): SshTarget {
  const invalid = (problem: string) =>
    new Error(`ssh host connection is not valid: invalid SSH URL: ${problem}`);
  const { username, password, hostname, port, pathname, search, hash } = new URL(url);
  if (password !== "") {
    throw invalid("plain-text password is not supported");
  }
  if (hostname === "") {
    throw invalid("hostname is empty");
  }
  if (search !== "") {
    throw invalid(`query parameters are not allowed: "${search.slice(1)}"`);
  }
  if (hash !== "") {
    throw invalid(`fragments are not allowed: "${hash.slice(1)}"`);
  }
  return { user: decodeURIComponent(username), host: hostname, port, path: pathname };
}

/**
 * Speaks HTTP through `ssh HOST docker system dial-stdio`, as Docker's own client does: dockerode's
 * SSH is another implementation, which knows neither the user's ssh configuration nor `sshOpts`.
 */
export function sshAgent(target: SshTarget, sshOpts: readonly string[]): Agent {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = () => new SshConnection(sshArguments(target, sshOpts));
  return agent;
}

function sshArguments(target: SshTarget, sshOpts: readonly string[]): string[] {
  const socket = target.path.replaceAll("/", "") === "" ? [] : [`--host=unix://${target.path}`];
  return [
    ...(target.user === "" ? [] : ["-l", target.user]),
    ...(target.port === "" ? [] : ["-p", target.port]),
    ...sshOpts,
    ...(sshOpts.join("").includes("ConnectTimeout") ? [] : ["-o ConnectTimeout=30"]),
    ...(sshOpts.includes("-T") ? [] : ["-T"]),
    "--",
    target.host,
    ["docker", ...socket, "system", "dial-stdio"].join(" "),
  ];
}

/** The socket of an HTTP connection that is really a process. */
class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(sshArgs: readonly string[]) {
    super();
    const child = spawn("ssh", sshArgs);
    this.#child = child;
    let stderr = "";
    child.stderr.on("data", (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    child.stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) {
        child.stdout.pause();
      }
    });
    // Why it ended is known only after its output has ended.
    child.once("close", (code) => {
      if (code === 0) {
        this.push(null);
      } else {
        this.destroy(
          new Error(
            `command [ssh ${sshArgs.join(" ")}] has exited with exit status ${code}, make sure ` +
              "the URL is valid, and Docker 18.09 or later is installed on the remote host: " +
              `stderr=${stderr}`,
          ),
        );
      }
    });
    child.once("error", (error) => this.destroy(error));
    child.stdin.on("error", () => {});
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A broken pipe is told of by the end of the process, and better.
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What Node's HTTP client asks of a socket, and what means nothing to a process.
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
