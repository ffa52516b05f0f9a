import { lastLines, run } from "../../setup/run.ts";

/** Runs a command that has to succeed and returns what it printed. */
export async function succeed(
  command: string,
  args: string[],
  options: { readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    const said = lastLines(result);
    throw new Error(`\`${command} ${args.join(" ")}\` failed with ${result.code}:\n${said}`);
  }
  return result.stdout.trim();
}
