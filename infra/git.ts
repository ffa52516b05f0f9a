import { execFileSync } from "node:child_process";

/** What git prints about a folder; undefined where it ends with an error, or where there is none. */
export function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
