import { lastLines, run } from "../../run.ts";

/** Runs a command that has to succeed and returns what it printed. */
export async function succeed(
  command: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const result = await run(command, [...args], input === undefined ? {} : { input });
  if (result.code !== 0) {
    const said = lastLines(result);
    throw new Error(`\`${command} ${args.join(" ")}\` failed with ${result.code}:\n${said}`);
  }
  return result.stdout.trim();
}

export async function docker(args: readonly string[], input?: string): Promise<string> {
  return await succeed("docker", args, input);
}
