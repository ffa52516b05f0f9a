import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { connect, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { Authority } from "../authority.ts";

/** The port at which the proxy finds every instance. */
const INSTANCE_PORT = 3307;
const API_PORT = 14_080;

interface FrontArgs {
  /** Where the machines of the test reach this process as the instance. */
  readonly address: string;
  /** Where they reach it as the API, if that is elsewhere. */
  readonly apiAddress?: string;
  /** A new folder, for its authorities. */
  readonly folder: string;
  /** What the API wants to be told. */
  readonly token: string;
  /** `PROJECT:REGION:NAME`. */
  readonly connectionName: () => string;
  /** Where Postgres itself is. */
  readonly database: () => { readonly address: string };
}

/**
 * What the Cloud SQL Auth Proxy speaks with, in front of a Postgres: the part of Google's API that tells it of
 * an instance and certifies its key, and the instance's end of TLS, in which both show a certificate.
 */
export class CloudSqlFront {
  /** Address of the API. */
  readonly api: string;
  /** Connections that were let in. */
  connections = 0;
  readonly #args: FrontArgs;
  readonly #server: Authority;
  readonly #clients: Authority;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(args: FrontArgs) {
    this.#args = args;
    this.api = `http://${args.apiAddress ?? args.address}:${API_PORT}/`;
    this.#server = new Authority(`${args.folder}-server`, "the instance's authority");
    this.#clients = new Authority(`${args.folder}-clients`, "the clients' authority");
  }

  static async start(args: FrontArgs): Promise<CloudSqlFront> {
    const front = new CloudSqlFront(args);
    await front.#listen(
      createHttpServer((asked, answer) => void front.#respond(asked, answer)),
      API_PORT,
      args.apiAddress,
    );
    return front;
  }

  /** Once the instance has a name, which its certificate bears. */
  async open(): Promise<void> {
    const [project, , name] = this.#args.connectionName().split(":");
    const { key, certificate } = this.#server.issue(`${project}:${name}`);
    const server = createTlsServer(
      { key, cert: certificate, ca: this.#clients.certificate, requestCert: true },
      (client) => this.#join(client),
    );
    await this.#listen(server, INSTANCE_PORT);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map((server) => new Promise((done) => server.close(() => done(undefined)))),
    );
  }

  async #respond(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await this.#answer(asked);
    answer.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    answer.end(JSON.stringify(body ?? { error: { code: 404, message: asked.url } }));
  }

  async #answer(asked: IncomingMessage): Promise<object | undefined> {
    const [project, region, name] = this.#args.connectionName().split(":");
    const instance = `/sql/v1beta4/projects/${project}/instances/${name}`;
    const body = await text(asked);
    if (asked.headers.authorization !== `Bearer ${this.#args.token}`) return undefined;
    switch (`${asked.method} ${asked.url?.split("?")[0]}`) {
      case `GET ${instance}/connectSettings`:
        return {
          backendType: "SECOND_GEN",
          databaseVersion: "POSTGRES_18",
          region,
          ipAddresses: [{ type: "PRIVATE", ipAddress: this.#args.address }],
          serverCaCert: { cert: this.#server.certificate },
        };
      case `POST ${instance}:generateEphemeralCert`: {
        // It is a public key of any kind, whatever its first line says.
        const publicKey = JSON.parse(body).public_key.replaceAll("RSA PUBLIC", "PUBLIC");
        return { ephemeralCert: { cert: this.#clients.certify(publicKey, "a client") } };
      }
      default:
        return undefined;
    }
  }

  #join(client: TLSSocket): void {
    this.connections += 1;
    const { address } = this.#args.database();
    const database = connect(5432, address);
    for (const socket of [client, database]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {
        client.destroy();
        database.destroy();
      });
    }
    client.pipe(database).pipe(client);
  }

  async #listen(server: Server, port: number, address = this.#args.address): Promise<void> {
    this.#servers.push(server);
    await new Promise<void>((done, fail) => {
      server.once("error", fail);
      server.listen(port, address, done);
    });
  }
}
