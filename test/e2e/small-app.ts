import type { Clone } from "./clone.ts";
import { setConfig } from "./config.ts";

export interface SmallApp {
  /** Lines of the Dockerfile after FROM. */
  readonly build?: string[];
  /** JavaScript that runs before the server listens; `await` is allowed. */
  readonly before?: string;
  readonly listenOn?: string;
  /** Of every answer; 200 if it is left out. */
  readonly status?: number;
  readonly migrateCommand?: string;
  readonly healthSeconds?: number;
}

/**
 * Puts an app of a few lines in the place of the sample app, without packages, migrations or files of its
 * own: its image is built in a second, so that a test waits for what it is about.
 */
export function writeSmallApp(clone: Clone, app: SmallApp = {}): void {
  clone.write("small/Dockerfile", dockerfile(app.build ?? []));
  clone.write("small/server.mjs", server(app));
  setConfig(clone, {
    appPath: "small",
    staticPath: "",
    migrateCommand: app.migrateCommand ?? "",
    healthSeconds: String(app.healthSeconds ?? 60),
    drainSeconds: "1",
  });
}

const dockerfile = (lines: string[]) => `ARG NODE_IMAGE=node:24.21.0-trixie-slim
FROM \${NODE_IMAGE}
COPY server.mjs /
${lines.join("\n")}
CMD ["node", "/server.mjs"]
`;

const server = ({ before = "", listenOn = "0.0.0.0", status = 200 }: SmallApp) => `
import { createServer } from "node:http";
process.on("SIGTERM", () => process.exit(0));
${before}
const { APP_IMAGE: image, APP_VERSION: version, PORT: port } = process.env;
createServer((_, response) => response.writeHead(${status}).end(JSON.stringify({ image, version })))
  .listen(Number(port), "${listenOn}", () => console.log("listening on ${listenOn}"));
`;
