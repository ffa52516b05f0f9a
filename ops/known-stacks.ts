import { readdirSync } from "node:fs";
import { ROOT } from "./project.ts";

/** Names of the stacks that have a file in the project's folder: the backend is not asked. */
export const stacksWithFile = (): readonly string[] =>
  readdirSync(ROOT)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
