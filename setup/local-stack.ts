import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../ops/progress.ts";
import { LOCAL_STACK, OWN, PROJECT, ROOT, stackFile } from "../ops/project.ts";
import { defaultTextOf } from "../ops/settings/default-text.ts";
import { generatedSecrets } from "../ops/settings/secrets.ts";
import { readStackFile } from "../ops/stack-file.ts";
import {
  backendEnvironment,
  PASSPHRASE_FILE,
  STATE_FOLDER,
  type ToolChoice,
  toolEnvironment,
} from "../ops/tools.ts";
import { UserError } from "../ops/user-error.ts";
import { offlineImages } from "./offline.ts";
import { lastLines, run } from "./run.ts";

/** Makes what the stack `local` needs and a person should not have to invent. Changes nothing that is there. */
export async function ensureLocalStack(choice: ToolChoice): Promise<void> {
  ensurePassphrase();
  mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
  const pulumi = pulumiCommand(choice);
  const made: string[] = [];

  await pulumi(["stack", "select", "--create", "--stack", LOCAL_STACK]);
  const config = readStackFile(LOCAL_STACK).config ?? {};
  for (const [key, value] of Object.entries(plainSettings(choice))) {
    if (`${PROJECT}:${key}` in config) continue;
    await pulumi(["config", "set", key, value, "--stack", LOCAL_STACK]);
    made.push(key);
  }
  for (const key of generatedSecrets()) {
    if (`${PROJECT}:${key}` in config) continue;
    // On standard input, where no list of processes shows it.
    const secret = randomBytes(24).toString("base64url");
    await pulumi(["config", "set", "--secret", key, "--stack", LOCAL_STACK], secret);
    made.push(key);
  }
  if (made.length > 0) say(`✓ Made Pulumi.${LOCAL_STACK}.yaml: ${made.join(", ")}`);
}

/** What the machine decides, as opposed to the project. */
function plainSettings(choice: ToolChoice): Record<string, string> {
  if (choice.images === "official") return {};
  const { postgres, nginx, node } = offlineImages;
  return {
    images: JSON.stringify({ postgres, nginx }),
    buildArgs: JSON.stringify({ NODE_IMAGE: node }),
  };
}

function ensurePassphrase(): void {
  if (existsSync(PASSPHRASE_FILE)) return;
  if (hasSecrets(stackFile(LOCAL_STACK))) {
    throw new UserError(
      `Pulumi.${LOCAL_STACK}.yaml is encrypted with a passphrase that is gone ` +
        "(.slipway/passphrase). Put it back, or remove the file to get new secrets; a database that " +
        "is still there takes the new password.",
    );
  }
  mkdirSync(OWN, { recursive: true, mode: 0o700 });
  writeFileSync(PASSPHRASE_FILE, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

const hasSecrets = (file: string) =>
  existsSync(file) && readFileSync(file, "utf8").includes("encryptionsalt");

function pulumiCommand(choice: ToolChoice) {
  const env = { ...toolEnvironment(choice), ...backendEnvironment(LOCAL_STACK) };
  return async (args: string[], input?: string) => {
    const result = await run(
      join(ROOT, "node_modules", ".bin", "pulumi"),
      [...args, "--non-interactive"],
      {
        cwd: ROOT,
        env,
        ...(input === undefined ? {} : { input }),
      },
    );
    if (result.code !== 0) {
      throw new UserError(`\`pulumi ${args.join(" ")}\` failed:\n${lastLines(result)}`, 1);
    }
  };
}

/** A setting of the stack `local`, or its default. */
export function localSetting(key: string): string {
  const { config } = readStackFile(LOCAL_STACK);
  return String(config?.[`${PROJECT}:${key}`] ?? defaultTextOf(key));
}
