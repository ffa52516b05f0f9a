import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "../../backend.ts";
import { say } from "../../progress.ts";
import { OWN, PROGRAM } from "../../project.ts";
import type { StackState } from "../../state/stack-state.ts";
import { wantedKeys } from "./wanted-keys.ts";

/**
 * Sees to it that the files are right which a stack's ssh command names: its key, and the key of its server.
 * Only a run of the program writes them, and this clone may never have seen one, or none since they changed.
 *
 * @param ssh the command, as the state has it.
 */
export async function ensureKeyFiles(stack: Stack, ssh: string, state: StackState): Promise<void> {
  // Without it ssh can't share a connection, and ends.
  mkdirSync(folderOf(ssh), { recursive: true, mode: 0o700 });
  if (await areRight(stack, ssh, state)) return;
  try {
    // It changes nothing else.
    await stack.preview();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    say(
      `The keys to ${stack.name}'s machine are not in this clone, or old; a preview writes them, and it failed: ` +
        explained(error.message),
    );
  }
}

async function areRight(stack: Stack, ssh: string, state: StackState): Promise<boolean> {
  const files = filesOf(ssh);
  if (files.length === 0) return true;
  if (!files.every((file) => existsSync(file))) return false;
  const wanted = await wantedKeys(stack, state);
  const have = (option: string, text: string | undefined) =>
    named(ssh, option).every((file) => text === undefined || readFileSync(file, "utf8") === text);
  return have(KEY, wanted.key) && have(KNOWN_HOSTS, wanted.knownHosts);
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

const [KEY, KNOWN_HOSTS] = ["IdentityFile", "UserKnownHostsFile"] as const;
const filesOf = (ssh: string) => [KEY, KNOWN_HOSTS].flatMap((option) => named(ssh, option));
const folderOf = (ssh: string) => dirname(named(ssh, "ControlPath")[0] ?? join(OWN, "ssh"));

/** Files that an option names; its paths are relative to where the program runs. */
function named(ssh: string, option: string): string[] {
  const words = ssh.matchAll(new RegExp(`\\b${option}=(\\S+)`, "g"));
  return [...words].map(([, path = ""]) => resolve(PROGRAM, path));
}
