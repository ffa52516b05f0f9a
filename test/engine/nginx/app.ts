import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** An app on this machine that remembers what reached it. */
export class App {
  readonly seen: Seen[] = [];
  readonly #server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) =>
    this.#answer(request, response),
  );

  static async start(): Promise<App> {
    const app = new App();
    app.#server.keepAliveTimeout = 30_000;
    app.#server.on("upgrade", (_request, socket) => {
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      );
    });
    await new Promise<void>((done) => app.#server.listen(0, "0.0.0.0", done));
    return app;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How often a path was asked for. */
  times(path: string): number {
    return this.seen.filter(({ url }) => url === path).length;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    this.seen.push({ method, url, headers });
    const { pathname, searchParams } = new URL(url, "http://app");
    if (pathname.startsWith("/silent")) return;
    if (pathname.startsWith("/break")) return void request.socket.destroy();
    const size = Number(searchParams.get("header") ?? 0);
    if (size > 0) response.setHeader("Set-Cookie", `a=${"x".repeat(size)}`);
    response.statusCode = Number(searchParams.get("status") ?? 200);
    response.setHeader("Content-Type", "application/json");
    request.on("data", () => undefined);
    request.on("end", () => response.end(JSON.stringify({ method, url, headers })));
  }
}
