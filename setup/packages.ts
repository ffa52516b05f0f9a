import { readFileSync } from "node:fs";
import { step } from "../ops/progress.ts";
import { UserError } from "../ops/user-error.ts";
import { lastLines, run } from "./run.ts";

/**
 * Installs packages of Debian or Ubuntu. Their names are on the screen before it begins.
 *
 * @throws UserError where that is not ours to do, with what to do instead.
 */
export async function installPackages(names: string[], purpose: string): Promise<void> {
  const list = names.join(" ");
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `${purpose} needs ${list}, and only root can install packages. ` +
        `Run \`sudo apt-get install --no-install-recommends ${list}\` and then this command again.`,
    );
  }
  if (!isDebianOrUbuntu()) {
    throw new UserError(
      `${purpose} needs ${list}. Slipway installs packages on Debian and Ubuntu only; ` +
        "install it as your system does, and run this command again.",
    );
  }
  await step(`Installing the packages ${list}`, async () => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await apt(["update"], env);
    await apt(["install", "--yes", "--no-install-recommends", ...names], env);
  });
}

async function apt(args: string[], env: Record<string, string>): Promise<void> {
  const result = await run("apt-get", args, { env });
  if (result.code !== 0) {
    throw new UserError(
      `\`apt-get ${args.join(" ")}\` failed:\n${lastLines(result)}\n` +
        "Mend that and run this command again.",
      1,
    );
  }
}

function isDebianOrUbuntu(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
