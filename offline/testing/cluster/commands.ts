import { run } from "../../run.ts";

/** Runs a command that has to succeed and returns what it printed, without the line breaks around it. */
export async function succeed(
  command: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  return (await run(command, args, input === undefined ? {} : { input })).trim();
}

export async function docker(args: readonly string[], input?: string): Promise<string> {
  return await succeed("docker", args, input);
}
