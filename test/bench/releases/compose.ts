import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Leftovers } from "../leftovers.ts";
import type { Surroundings } from "./contender.ts";

const execute = promisify(execFile);

export interface Compose {
  readonly version: string;
  readonly command: readonly string[];
}

/** The plugin of the docker command, else the older command of its own; undefined without either. */
export async function findCompose(): Promise<Compose | undefined> {
  for (const command of [["docker", "compose"], ["docker-compose"]]) {
    try {
      const { stdout } = await run([...command, "version", "--short"]);
      return { version: stdout.trim(), command };
    } catch {
      // Not that one.
    }
  }
  return undefined;
}

/** `docker compose up -d` of a file with the app in it. */
export function composeRelease(
  { command }: Compose,
  { network, environment }: Surroundings,
  port: number,
  leftovers: Leftovers,
): (image: string) => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  const file = join(folder, "compose.yaml");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Compose.
  const image = "${IMAGE}";
  const app = {
    image,
    environment,
    ports: [`127.0.0.1:${port}:3000`],
    networks: ["bench"],
    stop_grace_period: "30s",
  };
  const networks = { bench: { name: network, external: true } };
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify({ services: { app }, networks }));
  const project = basename(folder).toLowerCase();
  const compose = (args: string[], IMAGE: string) =>
    run([...command, "--project-name", project, "--file", file, ...args], { IMAGE });

  leftovers.add(async () => {
    await compose(["down"], "none");
    rmSync(folder, { recursive: true });
  });
  return async (reference) => void (await compose(["up", "--detach"], reference));
}

function run([program = "", ...args]: readonly string[], env: Record<string, string> = {}) {
  return execute(program, args, { env: { ...process.env, ...env } });
}
