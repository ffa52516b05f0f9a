import { writeFileSync } from "node:fs";
import { UserError } from "./user-error.ts";

/** Writes variables as GitLab's `artifacts:reports:dotenv` reads them: a line each, without quotes. */
export function writeDotenv(file: string, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  try {
    writeFileSync(file, lines.join(""));
  } catch (error) {
    throw new UserError(`${file} could not be written: ${(error as Error).message}`, 1);
  }
}
