import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * A PATH on which `docker` has BuildKit: a client of this machine that has it with its buildx component, or one
 * that is old enough to have it without.
 *
 * @param folder is made, and has a link to it.
 */
export function pathWithBuildKit(folder: string): string {
  const path = process.env["PATH"] ?? "";
  const clients = path.split(delimiter).map((one) => join(one, "docker"));
  const found = clients.find((client) => isThere(client) && hasBuildKit(client));
  if (found === undefined) {
    throw new Error(
      "No docker command of this machine has BuildKit: it needs its buildx component, or Debian 12's docker.io.",
    );
  }
  mkdirSync(folder, { recursive: true });
  symlinkSync(found, join(folder, "docker"));
  return [folder, path].join(delimiter);
}

function hasBuildKit(client: string): boolean {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  return spawnSync(client, ["build", "--help"], { env, encoding: "utf8" }).stdout.includes(
    "--secret",
  );
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
