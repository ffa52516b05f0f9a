import type { Part } from "../targets/target.ts";

const MEANING: Readonly<Record<string, string>> = {
  ingress: "Nginx does not run, so no client reaches the app",
  database: "The database does not run",
};

/** A line for each part that does not run, and what shows why. */
export function notRunning(stack: string, parts: readonly Part[]): string {
  return parts
    .filter(({ isRunning }) => !isRunning)
    .map(({ role, name, state }) => {
      const meaning = MEANING[role] ?? `${name} does not run`;
      return `${meaning} (${state}). Its log: ./slipway logs -s ${stack} --of ${name}\n`;
    })
    .join("");
}
