import { request } from "node:http";

const LIMIT_MS = 1000;

/** What Nginx answers on a socket of its own; undefined when it does not. */
export async function askSocket(socketPath: string, path: string): Promise<string | undefined> {
  try {
    return await new Promise<string>((resolve, reject) => {
      const asked = request({ socketPath, path, agent: false, timeout: LIMIT_MS }, (answer) => {
        answer
          .setEncoding("utf8")
          .toArray()
          .then((parts) => resolve(parts.join("")), reject);
      });
      asked.on("timeout", () => asked.destroy(new Error(`${socketPath}: no answer in time`)));
      asked.on("error", reject);
      asked.end();
    });
  } catch {
    return undefined;
  }
}
