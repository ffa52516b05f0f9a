import { writeFileSync } from "node:fs";
import { UserError } from "./user-error.ts";

/**
 * Writes variables as GitLab's `artifacts:reports:dotenv` reads them: a line each, without quotes.
 *
 * @throws UserError for a value that would be several lines, and so other variables.
 */
export function writeDotenv(file: string, variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!/[\n\r\0]/.test(value)) continue;
    throw new UserError(
      `${name} has a line break, got ${JSON.stringify(value)}. Its next line would be another variable of the ` +
        `next jobs: ${file} is not written.`,
    );
  }
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  try {
    writeFileSync(file, lines.join(""));
  } catch (error) {
    throw new UserError(`${file} could not be written: ${(error as Error).message}`, 1);
  }
}
