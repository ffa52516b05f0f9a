import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { offlineImages } from "../../offline/images/index.ts";
import { chosenTools } from "../../ops/tools.ts";

const execute = promisify(execFile);

const IMAGES = { official: "postgres:18.6", offline: offlineImages.postgres };
const READY_SECONDS = 60;
const PAUSE_MS = 200;

/**
 * Vitest calls this once before the first file of the engine suite: a Postgres that nobody else uses,
 * for the tests of the app that need a real one. What it returns is called after the last file.
 */
export default async function setup(): Promise<() => Promise<void>> {
  // A pipeline has one beside the job.
  if (process.env["TEST_DATABASE_URL"]) return async () => {};
  const container = `slipway-test-postgres-${randomBytes(4).toString("hex")}`;
  const remove = async () => void (await docker("rm", "--force", "--volumes", container));
  try {
    process.env["TEST_DATABASE_URL"] = await startPostgres(container);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

async function startPostgres(container: string): Promise<string> {
  const password = randomBytes(12).toString("hex");
  // On a tmpfs: nothing of it outlives the tests, and nothing waits for a disk.
  const data = ["--tmpfs", "/var/lib/postgresql"];
  const environment = ["--env", `POSTGRES_PASSWORD=${password}`];
  const options = ["--detach", "--name", container, "--publish", "127.0.0.1::5432"];
  await docker("run", ...options, ...data, ...environment, IMAGES[chosenTools().images]);
  await untilReady(container);
  const [address = ""] = (await docker("port", container, "5432/tcp")).split("\n");
  return `postgresql://postgres:${password}@${address}/postgres`;
}

/** Over TCP, because while the image initialises its folder, its server answers on the socket only. */
async function untilReady(container: string): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    try {
      await docker("exec", container, "pg_isready", "--quiet", "--host", "127.0.0.1");
      return;
    } catch (error) {
      if (Date.now() < deadline) await wait(PAUSE_MS);
      else throw new Error(`Postgres was not ready within ${READY_SECONDS} s.`, { cause: error });
    }
  }
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await execute("docker", args);
  return stdout.trim();
}
