import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { SshFiles } from "../components/machine/ssh-connection.ts";

const OWN = resolve(import.meta.dirname, "..", ".slipway", "ssh");

/** What ssh needs of a stack as files, in the clone, where git does not see it. */
export function sshFiles(stack: string): SshFiles {
  const folder = relative(process.cwd(), join(OWN, stack));
  const make = () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  return {
    folder: make,
    save: (name, content) =>
      pulumi.output(content).apply((text) => {
        const file = join(make(), name);
        writeFileSync(file, text, { mode: 0o600 });
        return file;
      }),
  };
}
