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
  return `${name}-${randomDigits(RANDOM_LENGTH, randomSeed)}`;
}

/** The same seed gives the same digits, so that a plan and its update agree. */
export function randomDigits(length: number, seed: Uint8Array | undefined): string {
  const random = seed
    ? createHash("sha256").update(seed).digest("hex")
    : randomBytes(length).toString("hex");
  return random.slice(0, length);
}
