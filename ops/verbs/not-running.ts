import type { Part } from "../targets/target.ts";

const MEANING: Readonly<Record<string, string>> = {
  ingress: "Nginx does not run, so no client reaches the app",
  database: "The database does not run",
};

const LEFTOVER = "left by a failed release, and the next release removes it";

/**
 * A line for each part that does not run, and what shows why.
 *
 * @param leftovers names of those that should not run.
 */
export function notRunning(
  stack: string,
  parts: readonly Part[],
  leftovers: ReadonlySet<string>,
): string {
  return parts
    .filter(({ isRunning }) => !isRunning)
    .map(({ role, name, state }) => {
      const isLeft = leftovers.has(name);
      const meaning = isLeft ? `${name} is ${LEFTOVER}` : (MEANING[role] ?? `${name} does not run`);
      return `${meaning} (${state}). Its log: ./slipway logs -s ${stack} --of ${name}\n`;
    })
    .join("");
}
