import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stackFile } from "./project.ts";
import { UserError } from "./user-error.ts";

/** Where the state of stacks other than `local` is; undefined where nobody has said so yet. */
export function backendUrl(home: string, env = process.env): string | undefined {
  if (env["PULUMI_BACKEND_URL"]) return env["PULUMI_BACKEND_URL"];
  const file = join(home, "credentials.json");
  const current = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).current : undefined;
  if (current) return current;
  return env["PULUMI_ACCESS_TOKEN"] ? PULUMI_CLOUD : undefined;
}

/**
 * Where a state in files is, written as files alone. By default the backend first writes a second file with
 * attributes beside each, in place: an engine that is killed there leaves it empty, and a stack that no
 * command opens any more ("failed to load checkpoint: EOF"). Pulumi reads none of what stands in them.
 */
export function inWholeFiles(url: string): string {
  if (!url.startsWith("file://") || /[?&]metadata=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}metadata=skip`;
}

const PULUMI_CLOUD = "https://api.pulumi.com";

/** @throws UserError with the lines to type, where pulumi would ask or give up half-way. */
export function checkAccess(stack: string, home: string, env = process.env): void {
  const problems = [
    ...(backendUrl(home, env) === undefined ? [NO_LOGIN] : []),
    ...(lacksPassphrase(stackFile(stack), env) ? [noPassphrase(stack)] : []),
  ];
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

function lacksPassphrase(file: string, env: NodeJS.ProcessEnv): boolean {
  const given =
    env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || Boolean(env["PULUMI_CONFIG_PASSPHRASE_FILE"]);
  return !given && existsSync(file) && /^encryptionsalt:/m.test(readFileSync(file, "utf8"));
}

const NO_LOGIN =
  "No login to a state backend. Type: " +
  "`npm run pulumi -- login gs://BUCKET` (or s3://..., file://..., or nothing for Pulumi Cloud), or set " +
  "PULUMI_BACKEND_URL to it, as in a pipeline.";

const noPassphrase = (stack: string) =>
  `Pulumi.${stack}.yaml is encrypted with a passphrase, and none is given. Type: ` +
  "`export PULUMI_CONFIG_PASSPHRASE_FILE=FILE`, a file with it; in a pipeline, a variable of type File.";

/** The reason that pulumi gave, of all that the Automation API says it has printed. */
export const reasonIn = (said: string): string | undefined =>
  /^(?: stderr: )?error: (.*(?:\n(?!error: | err\?: | *$).+)*)/m.exec(said)?.[1]?.trim();

/** What pulumi said and what to do about it, where that is known. */
export function explained(said: string): string {
  const error = reasonIn(said);
  if (/incorrect passphrase/.test(said)) {
    return (
      "The passphrase is not the one that this stack is encrypted with " +
      "(PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE)."
    );
  }
  if (/failed to load checkpoint: EOF/.test(said)) {
    return (
      "The state of the stack is whole, but pulumi was killed while it wrote a file with attributes beside " +
      "it. Type: `find FOLDER/.pulumi -name '*.attrs' -empty -delete`, with the folder of the state " +
      "(PULUMI_BACKEND_URL; .slipway/state for the stack local), and the same command again."
    );
  }
  if (/failed to load checkpoint: .*(JSON|invalid character)/.test(said)) {
    return (
      `The file of the stack's state is damaged (${error}). It is ` +
      ".pulumi/stacks/slipway/STACK.json in the folder or bucket of the state (PULUMI_BACKEND_URL; .slipway/state " +
      "for the stack local). Beside it, STACK.json.bak is the state before the last change, and " +
      ".pulumi/backups/slipway/STACK/ has older ones. Keep a copy of the damaged one, then type, in that folder:\n" +
      "  cp .pulumi/stacks/slipway/STACK.json.bak .pulumi/stacks/slipway/STACK.json\n" +
      "and the same command again."
    );
  }
  return `pulumi: ${error ?? said.trim()}`;
}
