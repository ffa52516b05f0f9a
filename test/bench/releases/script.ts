import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { docker } from "../../e2e/clone.ts";
import type { Leftovers } from "../leftovers.ts";
import type { Surroundings } from "./contender.ts";

const execute = promisify(execFile);

/** Stop the old container, start the new one. The pull between the two is left out: the image is there. */
export function scriptRelease(
  { network, environment }: Surroundings,
  port: number,
  leftovers: Leftovers,
): (image: string) => Promise<void> {
  const container = `slipway-bench-${randomBytes(4).toString("hex")}`;
  leftovers.add(() => void docker("rm", "--force", container));
  const options = [
    ...["--detach", `--name=${container}`, `--network=${network}`],
    `--publish=127.0.0.1:${port}:3000`,
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
  ];
  return async (image) => {
    await execute("sh", ["-c", SCRIPT, "sh", container, image, ...options]);
  };
}

const SCRIPT = `
container=$1 image=$2
shift 2
docker stop --time 30 "$container" && docker rm "$container"
docker run "$@" "$image"`;
