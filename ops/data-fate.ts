import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { readConfig } from "./config.ts";

/**
 * What became of the data of a stack that was taken down, to follow "is down" or "is gone"; empty where it has none.
 *
 * @param lost what was gone before, in words.
 */
export async function dataFate(
  stack: Stack,
  withData: boolean,
  lost: readonly string[] = [],
): Promise<string> {
  const database = await readConfig(stack, "database");
  if (database === "none") return "";
  if (database === "external") return "; its database, which is external, is as it was";
  if (lost.length > 0) return `; its data was lost before: ${lost.join(", ")} is gone`;
  return withData ? ", and so is its data" : "; its data is kept";
}
