import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "./provider.ts";

const RANDOM_LENGTH = 7;

/** A name for a resource whose program gives none; it stays the same for the resource's life. */
export function autoName({ name, oldInputs, autonaming, randomSeed }: CheckRequest): string {
  if (typeof oldInputs["name"] === "string") {
    return oldInputs["name"];
  }
  if (autonaming?.mode === "disable") {
    throw new Error("automatic naming is disabled but no explicit name was provided");
  }
  if (autonaming !== undefined) {
    return autonaming.proposedName;
  }
  // The same seed must give the same name, so that a plan and its update agree.
  const random = randomSeed
    ? createHash("sha256").update(randomSeed).digest("hex")
    : randomBytes(RANDOM_LENGTH).toString("hex");
  return `${name}-${random.slice(0, RANDOM_LENGTH)}`;
}
