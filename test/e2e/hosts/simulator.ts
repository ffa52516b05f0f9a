import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { quote } from "../../../components/quote.ts";

// biome-ignore lint/suspicious/noExplicitAny: inputs are JSON, and each thing of a cloud knows its own.
export type Inputs = Record<string, any>;

/** What is done at a request, by `VERB TYPE`; the outputs that are known better than by the plugin. */
export type Requests = Readonly<
  Record<string, (inputs: Inputs) => Promise<Record<string, string | number>> | Promise<void>>
>;

/** A command as the plugins that simulate a cloud call it, whose work is done in this process. */
export class Simulator {
  /** Path of the command. */
  readonly command: string;
  readonly #server: Server;

  private constructor(command: string, server: Server) {
    this.command = command;
    this.#server = server;
  }

  /** @param folder where the command and its socket are. */
  static async start(folder: string, requests: Requests): Promise<Simulator> {
    const [command, socket] = [join(folder, "simulator"), join(folder, "simulator.sock")];
    const client = new URL("./simulator-client.ts", import.meta.url).pathname;
    const words = [process.execPath, client, socket].map(quote).join(" ");
    writeFileSync(command, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    const server = createServer((asked, answer) => void respond(requests, asked, answer));
    await new Promise<void>((done) => server.listen(socket, done));
    return new Simulator(command, server);
  }

  async stop(): Promise<void> {
    await new Promise((done) => this.#server.close(done));
  }
}

async function respond(
  requests: Requests,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const name = (asked.url ?? "").slice(1).replace("/", " ");
  try {
    const handle = requests[name];
    if (handle === undefined) throw new Error(`This cloud does not know "${name}".`);
    const outputs = await handle(JSON.parse(await text(asked)));
    answer.end(JSON.stringify(outputs ?? {}));
  } catch (error) {
    answer.writeHead(500).end(String(error));
  }
}
