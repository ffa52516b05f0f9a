import { once } from "node:events";
import { createServer } from "node:http";

/** What is answered with status 200, or undefined while there is nothing to answer. */
type Answer = () => Promise<string | undefined> | string | undefined;

/** Answers on one path until it is told to stop. */
export async function serveHttp(
  port: number,
  path: string,
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  const server = createServer((request, response) => {
    const isThere = request.url?.split("?")[0] === path;
    const write = (text: string | undefined): void => {
      const status = text === undefined ? 503 : 200;
      response.writeHead(isThere ? status : 404, { "content-type": "text/plain" });
      response.end(text);
    };
    Promise.resolve(isThere ? answer() : undefined).then(write, () => write(undefined));
  });
  server.listen(port);
  signal.addEventListener("abort", () => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "close");
}
