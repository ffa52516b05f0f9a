import { execFileSync, spawnSync } from "node:child_process";

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

/**
 * Why git says nothing of a folder that is in a repository, with git's own line to type: the folder of
 * another user, say. Undefined where git answers, is not installed, or knows no repository.
 */
export function gitRefusal(folder: string): string | undefined {
  const { status, stderr } = spawnSync("git", ["-C", folder, "rev-parse", "--git-dir"], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  if (status === null || status === 0 || /not a git repository/i.test(stderr)) return undefined;
  const lines = stderr.split("\n").map((line) => line.trim());
  const reason = lines[0]?.replace(/^fatal: /, "") ?? "";
  const remedy = lines.find((line) => line.startsWith("git "));
  return remedy === undefined ? reason : `${reason}. Type: ${remedy}`;
}
