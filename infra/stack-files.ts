import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { StackFiles } from "../components/stack-files.ts";

const OWN = resolve(import.meta.dirname, "..", ".slipway");

/** What a command, `ssh` say, needs of a stack as files: in the clone, where git does not see it. */
export function stackFiles(command: string, stack: string): StackFiles {
  const path = relative(process.cwd(), join(OWN, command, stack));
  const make = () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  return {
    path,
    folder: make,
    save: (name, content) =>
      pulumi.output(content).apply((text) => {
        const file = join(make(), name);
        writeFileSync(file, text, { mode: 0o600 });
        return file;
      }),
  };
}
