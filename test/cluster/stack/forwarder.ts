import { once } from "node:events";
import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server,
  type Socket,
} from "node:net";

/** Passes connections to a port of this machine on to another address, byte for byte. */
export class Forwarder {
  readonly host: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, port: number) {
    this.host = host;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const other = dial({ host, port, allowHalfOpen: true });
      for (const socket of [client, other]) {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("error", () => {
          client.destroy();
          other.destroy();
        });
      }
      client.pipe(other).pipe(client);
    });
  }

  static async open(host: string, port: number): Promise<Forwarder> {
    const forwarder = new Forwarder(host, port);
    forwarder.#server.listen(0, "localhost");
    await once(forwarder.#server, "listening");
    return forwarder;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, "close");
  }
}
