import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/clone.ts";
import { until } from "../e2e/until.ts";

/**
 * Docker's own registry on loopback, behind a door like that of GitLab's: it gives nothing without a
 * token, which its neighbour hands out for user and password, for one repository and what is to be done.
 */
export class LocalRegistry {
  readonly user = "gitlab-ci-token";
  readonly password = randomBytes(24).toString("base64url");
  readonly #folder = mkdtempSync(join(tmpdir(), "slipway-registry-"));
  readonly #port: number;
  readonly #behind: number;
  readonly #tokens = new Set<string>();
  readonly #addresses = ["127.0.0.1"];
  #registry: ChildProcess | undefined;
  #doors: Server[] = [];

  private constructor(port: number, behind: number) {
    this.#port = port;
    this.#behind = behind;
  }

  static async start(): Promise<LocalRegistry> {
    const registry = new LocalRegistry(await freePort(), await freePort());
    await registry.open();
    return registry;
  }

  get server(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** As a job of GitLab has it. */
  environment(repository: string): Record<string, string> {
    return {
      CI_REGISTRY: this.server,
      CI_REGISTRY_IMAGE: `${this.server}/${repository}`,
      CI_REGISTRY_USER: this.user,
      CI_REGISTRY_PASSWORD: this.password,
    };
  }

  /** Starts it, or starts it again. */
  async open(): Promise<void> {
    writeFileSync(join(this.#folder, "config.yml"), configOf(this.#folder, this.#behind));
    this.#registry = spawn("docker-registry", ["serve", join(this.#folder, "config.yml")], {
      stdio: "ignore",
    });
    for (const address of this.#addresses) await this.#openDoor(address);
    const answers = () =>
      fetch(`http://127.0.0.1:${this.#behind}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(answers, "the registry answers");
  }

  /** Serves it at another address of this machine too, which others reach; @returns where. */
  async openTo(address: string): Promise<string> {
    this.#addresses.push(address);
    await this.#openDoor(address);
    return `${address}:${this.#port}`;
  }

  async #openDoor(address: string): Promise<void> {
    const door = createServer((asked, answer) => this.#answer(asked, answer));
    this.#doors.push(door);
    await new Promise<void>((done) => door.listen(this.#port, address, done));
  }

  /** Nothing listens any more; what it has stays. */
  async close(): Promise<void> {
    const registry = this.#registry;
    const ended = new Promise((done) => registry?.once("close", done) ?? done(undefined));
    registry?.kill("SIGKILL");
    await ended;
    for (const door of this.#doors.splice(0)) {
      door.closeAllConnections();
      await new Promise((done) => door.close(done));
    }
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Puts an image of no layers there, without Docker; @returns its digest. */
  async put(repository: string, tags: string[], says: ImageSays): Promise<string> {
    const config = JSON.stringify({
      created: says.created,
      architecture: "amd64",
      os: "linux",
      config: { Labels: { "org.opencontainers.image.revision": says.revision ?? "" } },
      rootfs: { type: "layers", diff_ids: [] },
    });
    const base = `http://127.0.0.1:${this.#behind}/v2/${repository}`;
    const upload = await fetch(`${base}/blobs/uploads/`, { method: "POST" });
    const place = new URL(upload.headers.get("location") ?? "", base);
    place.searchParams.set("digest", digestOf(config));
    await fetch(place, {
      method: "PUT",
      body: config,
      headers: { "content-type": "application/octet-stream" },
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: IMAGE_MANIFEST,
      config: {
        mediaType: "application/vnd.docker.container.image.v1+json",
        size: config.length,
        digest: digestOf(config),
      },
      layers: [],
    });
    for (const tag of tags) {
      const answer = await fetch(`${base}/manifests/${tag}`, {
        method: "PUT",
        body: manifest,
        headers: { "content-type": IMAGE_MANIFEST },
      });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    }
    return digestOf(manifest);
  }

  /** Digest by tag of what is there, past the door. */
  async content(repository: string): Promise<Record<string, string>> {
    const base = `http://127.0.0.1:${this.#behind}/v2/${repository}`;
    const list = (await (await fetch(`${base}/tags/list`)).json()) as { tags?: string[] | null };
    const entries = (list.tags ?? []).map(async (tag) => {
      const answer = await fetch(`${base}/manifests/${tag}`, {
        method: "HEAD",
        headers: { accept: IMAGE_MANIFEST },
      });
      return [tag, answer.headers.get("docker-content-digest") ?? ""] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  #answer(asked: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(asked.url ?? "/", `http://${this.server}`);
    if (url.pathname === "/jwt/auth") {
      this.#handOut(asked, answer);
      return;
    }
    const token = /^Bearer (.+)$/.exec(asked.headers.authorization ?? "")?.[1];
    if (token === undefined || !this.#tokens.has(`${token} ${neededBy(asked)}`)) {
      const scope = neededBy(asked) === "" ? "" : `,scope="${neededBy(asked)}"`;
      answer.writeHead(401, {
        "www-authenticate": `Bearer realm="http://${asked.headers.host}/jwt/auth",service="container_registry"${scope}`,
      });
      answer.end();
      return;
    }
    const { authorization: _, ...headers } = asked.headers;
    const passed = request(
      { host: "127.0.0.1", port: this.#behind, method: asked.method, path: asked.url, headers },
      (said) => {
        answer.writeHead(said.statusCode ?? 502, said.headers);
        said.pipe(answer);
      },
    );
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  }

  #handOut(asked: IncomingMessage, answer: ServerResponse): void {
    const login = Buffer.from(`${this.user}:${this.password}`).toString("base64");
    if (asked.headers.authorization !== `Basic ${login}`) {
      answer.writeHead(401).end();
      return;
    }
    const token = randomBytes(16).toString("hex");
    this.#tokens.add(`${token} `);
    const scopes = new URL(asked.url ?? "", `http://${this.server}`).searchParams.getAll("scope");
    for (const scope of scopes.flatMap(eachAction)) this.#tokens.add(`${token} ${scope}`);
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify({ token }));
  }
}

export interface ImageSays {
  readonly created: string;
  readonly revision?: string;
}

const IMAGE_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** What a request needs, in the words of a token's scope. */
function neededBy({ url, method }: IncomingMessage): string {
  const name = /^\/v2\/(.+?)\/(tags|manifests|blobs)\//.exec(url ?? "")?.[1];
  if (name === undefined) return "";
  if (method === "DELETE") return `repository:${name}:delete`;
  return `repository:${name}:${method === "GET" || method === "HEAD" ? "pull" : "push"}`;
}

const eachAction = (scope: string): string[] => {
  const [type, name, actions = ""] = scope.split(":");
  return actions.split(",").map((action) => `${type}:${name}:${action}`);
};

const configOf = (folder: string, port: number) => `version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: ${folder}/images
  delete:
    enabled: true
http:
  addr: 127.0.0.1:${port}
`;
