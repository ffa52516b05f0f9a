import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { ensureOfflineImages, offlineImages } from "../../offline/images/index.ts";
import { readToolChoice } from "../../ops/tools.ts";
import { type Clone, type Ended, ended, freePort } from "./clone.ts";

/**
 * A stack of a team: other than the clone's own, its state is where a login or PULUMI_BACKEND_URL says, and
 * its secrets are encrypted with a passphrase.
 */
export class TeamStack {
  readonly clone: Clone;
  readonly name: string;
  readonly port: number;

  private constructor(clone: Clone, name: string, port: number) {
    this.clone = clone;
    this.name = name;
    this.port = port;
  }

  static async make(
    clone: Clone,
    suffix: string,
    settings: Record<string, string>,
  ): Promise<TeamStack> {
    const stack = new TeamStack(clone, `${clone.stack}-${suffix}`, await freePort());
    mkdirSync(join(clone.folder, "team-state"), { recursive: true });
    stack.configure(settings);
    const made = await stack.slipway(["pulumi", "stack", "init", stack.name]);
    if (made.code !== 0) throw new Error(made.output);
    await stack.setSecret("databasePassword");
    await stack.setSecret("appSecret");
    return stack;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a job of its pipeline has in its environment. */
  get environment(): Record<string, string> {
    return {
      PULUMI_BACKEND_URL: `file://${this.clone.folder}/team-state`,
      PULUMI_CONFIG_PASSPHRASE: "of the team",
    };
  }

  /** Writes the stack's file as a whole, but for what encrypts it. */
  configure(settings: Record<string, string>): void {
    const all = { httpPort: String(this.port), drainSeconds: "1", ...baseImages(), ...settings };
    const config = Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`slipway:${key}`, value]),
    );
    this.clone.write(`Pulumi.${this.name}.yaml`, stringify({ config }));
  }

  async set(key: string, value: string): Promise<void> {
    const { code, output } = await this.slipway([
      "pulumi",
      "config",
      "set",
      key,
      value,
      ...this.#on,
    ]);
    if (code !== 0) throw new Error(output);
  }

  async setSecret(key: string, value = randomBytes(24).toString("hex")): Promise<void> {
    const args = ["pulumi", "config", "set", "--secret", key, ...this.#on];
    const child = this.clone.spawn(args, this.environment, "pipe");
    child.stdin?.end(value);
    const { code, output } = await ended(child);
    if (code !== 0) throw new Error(output);
  }

  /** `./slipway ARGS`, where the team is logged in. */
  async slipway(args: string[], env: Record<string, string> = {}): Promise<Ended> {
    return await this.clone.slipway(args, { ...this.environment, ...env });
  }

  /** `./slipway VERB -s STACK ARGS`. */
  async verb(verb: string, args: string[] = [], env: Record<string, string> = {}): Promise<Ended> {
    return await this.slipway([verb, ...this.#on, ...args], env);
  }

  get #on(): string[] {
    return ["-s", this.name];
  }
}

/** What a team sets where Docker Hub can't be reached. */
function baseImages(): Record<string, string> {
  if (readToolChoice()?.images !== "offline") return {};
  const { nginx, postgres } = offlineImages;
  return { images: JSON.stringify({ nginx, postgres }) };
}

/** An image of an app of a few lines, ready on this machine, as made of a commit. */
export async function readyImage(reference: string, commit: string): Promise<void> {
  const offline = readToolChoice()?.images === "offline";
  if (offline) await ensureOfflineImages(() => undefined);
  const base = offline ? offlineImages.node : "node:24.21.0-trixie-slim";
  const command = JSON.stringify(["node", "-e", SERVER]);
  execFileSync("docker", ["build", "--quiet", "--tag", reference, "-"], {
    input: `FROM ${base}\nENV APP_COMMIT=${commit}\nCMD ${command}\n`,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

const SERVER = `
process.on("SIGTERM", () => process.exit(0));
const { APP_IMAGE: image, APP_VERSION: version, PORT } = process.env;
require("node:http")
  .createServer((_, response) => response.end(JSON.stringify({ image, version })))
  .listen(Number(PORT), "0.0.0.0");
`;
