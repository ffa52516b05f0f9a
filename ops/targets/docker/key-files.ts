import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "../../backend.ts";
import { say } from "../../progress.ts";
import { OWN, PROGRAM } from "../../project.ts";

/**
 * Sees to it that the files are there which a stack's ssh command names: its key, and the key of its server.
 * Only a run of the program writes them, and this clone may never have seen one.
 *
 * @param ssh the command, as the state has it.
 */
export async function ensureKeyFiles(stack: Stack, ssh: string): Promise<void> {
  // Without it ssh can't share a connection, and ends.
  mkdirSync(folderOf(ssh), { recursive: true, mode: 0o700 });
  if (filesOf(ssh).every((file) => existsSync(file))) return;
  try {
    // It changes nothing else.
    await stack.preview();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    say(
      `The keys to ${stack.name}'s machine are not in this clone; a preview writes them, and it failed: ` +
        explained(error.message),
    );
  }
}

/** Holds the files that an ssh command names, for when the last step of a destroy has removed them. */
export class KeyFiles {
  readonly #folder: string;
  readonly #contents: ReadonlyMap<string, string>;

  constructor(ssh: string) {
    const there = filesOf(ssh).filter((file) => existsSync(file));
    this.#contents = new Map(there.map((file) => [file, readFileSync(file, "utf8")]));
    this.#folder = folderOf(ssh);
  }

  /** Puts back those that are gone. */
  restore(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const [file, content] of this.#contents) {
      if (!existsSync(file)) writeFileSync(file, content, { mode: 0o600 });
    }
  }
}

const filesOf = (ssh: string) => named(ssh, /(?:IdentityFile|UserKnownHostsFile)=(\S+)/g);
const folderOf = (ssh: string) => dirname(named(ssh, /ControlPath=(\S+)/g)[0] ?? join(OWN, "ssh"));

/** Its paths are relative to where the program runs. */
function named(ssh: string, option: RegExp): string[] {
  return [...ssh.matchAll(option)].map(([, path = ""]) => resolve(PROGRAM, path));
}
