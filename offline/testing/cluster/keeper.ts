import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProcessesWith } from "../../../ops/processes.ts";
import { docker } from "./commands.ts";

const LABEL = "slipway.test.cluster";
const FOLDER_PREFIX = "slipway-cluster-";
/** Processes of other containers can't be seen, and their clusters are left alone. */
const NAMESPACE = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");

/**
 * Waits for the end of its input, which comes however the process that holds the other end ends, and then
 * removes the cluster. It looks until twice there was nothing: a command that was started before may still
 * have been making something.
 */
const SCRIPT = `
cat
nothing=0
while [ $nothing -lt 2 ]; do
  containers=$(docker ps --all --quiet --filter "label=$1")
  networks=$(docker network ls --quiet --filter "label=$1")
  if [ -z "$containers$networks" ]; then nothing=$((nothing + 1)); else nothing=0; fi
  if [ -n "$containers" ]; then docker rm --force --volumes $containers; fi
  if [ -n "$networks" ]; then docker network rm $networks; fi
  sleep 0.3
done
rm -rf "$2"
`;

/** Removes all that a cluster has, when it is asked to or this process has ended. */
export class Keeper {
  readonly id: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(id = `${NAMESPACE}-${randomBytes(4).toString("hex")}`) {
    this.id = id;
    mkdirSync(this.folder, { mode: 0o700, recursive: true });
    this.#process = spawn("sh", ["-c", SCRIPT, "keeper", this.label, this.folder], {
      env: { ...process.env, ...keeperMark(id) },
      stdio: ["pipe", "ignore", "ignore"],
      // Not in the group of processes that Ctrl-C ends.
      detached: true,
    });
    this.#ended = once(this.#process, "close");
    this.#process.unref();
    (this.#process.stdin as Socket).unref();
  }

  /** For everything that Docker keeps of the cluster. */
  get label(): string {
    return `${LABEL}=${this.id}`;
  }

  /** For what is kept on the machine. */
  get folder(): string {
    return join(tmpdir(), `${FOLDER_PREFIX}${this.id}`);
  }

  async removeAll(): Promise<void> {
    this.#process.ref();
    this.#process.stdin?.end();
    await this.#ended;
  }
}

/** Removes what is left of clusters whose keeper was killed too. */
export async function removeLeftovers(): Promise<void> {
  const lost = (await clustersHere()).filter(
    (id) => findProcessesWith(keeperMark(id)).length === 0,
  );
  await Promise.all(lost.map((id) => new Keeper(id).removeAll()));
}

async function clustersHere(): Promise<string[]> {
  const options = [`--filter=label=${LABEL}`, `--format={{.Label "${LABEL}"}}`];
  const containers = await docker(["ps", "--all", ...options]);
  const networks = await docker(["network", "ls", ...options]);
  const folders = readdirSync(tmpdir())
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .map((name) => name.slice(FOLDER_PREFIX.length));
  const ids = [...containers.split("\n"), ...networks.split("\n"), ...folders];
  return [...new Set(ids)].filter((id) => id.startsWith(`${NAMESPACE}-`));
}

/** In the environment of a cluster's keeper, and of nothing else. */
export function keeperMark(id: string): Record<string, string> {
  return { SLIPWAY_CLUSTER_KEEPER: id };
}
