import { createHash } from "node:crypto";
import type { Owner } from "./labels.ts";

/**
 * A name that says whose a thing is, of lower-case letters, digits and hyphens. Where the owner's own does not
 * fit, its end is made from all of it, so that two stacks never have the same.
 */
export function cloudName({ project, stack }: Owner, maxLength: number): string {
  const whole = `${project}-${stack}`;
  if (whole.length <= maxLength && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(whole)) return whole;
  const end = createHash("sha256").update(whole).digest("hex").slice(0, 6);
  const begin = whole
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, maxLength - end.length - 1)
    .replaceAll(/^[^a-z]+|-+$/g, "");
  return `${begin}-${end}`;
}
