import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { kubeconfigFor } from "../../../kubeconfig.ts";

const STEPS = join(import.meta.dirname, "../../../../../components/kubernetes/steps");

/** Runs the programs of steps before an API server that a test answers for. */
export class StepRunner {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-steps-"));
  /** Path of the file. */
  readonly kubeconfig = join(this.folder, "kubeconfig");
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.useServer();
  }

  static async start(answers: RequestListener): Promise<StepRunner> {
    const server = createServer(answers).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StepRunner(server);
  }

  /** @param port another one than that of the API server, where nothing may be. */
  useServer(port = (this.#server.address() as AddressInfo).port): void {
    writeFileSync(this.kubeconfig, kubeconfigFor(port));
  }

  /** @param words what stands after the name of the program. */
  async run(program: string, args: object, words: readonly string[] = []) {
    const child = execFile(process.execPath, [join(STEPS, program), ...words]);
    const ended = once(child, "close");
    child.stdin?.end(JSON.stringify({ ...args, kubeconfig: this.kubeconfig }));
    const [printed = "", said = ""] = await Promise.all(
      [child.stdout, child.stderr].map((stream) => text(stream ?? Readable.from([]))),
    );
    const [code] = await ended;
    return { code: Number(code), printed, said };
  }

  stop(): void {
    this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
