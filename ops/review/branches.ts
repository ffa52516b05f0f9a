import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { GitLab } from "../gitlab/client.ts";
import { ROOT } from "../project.ts";
import { UserError } from "../user-error.ts";

const SECONDS = 60;

/**
 * The branches that are there, from GitLab where there is a token for it, or else from a git remote.
 *
 * @throws UserError when they could not be asked for: that none is known must not be taken for a deletion.
 */
export async function branchesOf(
  remote: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlySet<string>> {
  const gitlab = remote === DEFAULT_REMOTE ? GitLab.fromEnvironment(env) : undefined;
  const names =
    gitlab === undefined
      ? await ofRemote(remote)
      : (await gitlab.branches()).map(({ name }) => name);
  if (names.length > 0) return new Set(names);
  throw new UserError(`There is no branch at all at ${remote}, which can't be so.`, 1);
}

export const DEFAULT_REMOTE = "origin";

async function ofRemote(remote: string): Promise<string[]> {
  const args = ["-C", ROOT, "ls-remote", "--heads", "--", remote];
  const options = {
    timeout: SECONDS * 1000,
    // A question that a person would have to answer is no answer.
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
    maxBuffer: 64 * 1024 * 1024,
  };
  try {
    const { stdout } = await promisify(execFile)("git", args, options);
    return stdout.split("\n").flatMap((line) => /\trefs\/heads\/(.+)$/.exec(line)?.[1] ?? []);
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new UserError(`git could not ask ${remote}: ${stderr?.trim() || String(error)}`, 1);
  }
}
