import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseJsonObject } from "../../infra/json-object.ts";
import { BUILD_SECRET_ID } from "../../infra/patterns.ts";
import { readConfig } from "../config.ts";
import { OWN, PROJECT, stackFile } from "../project.ts";
import { readStackFile } from "../stack-file.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";

/** Files with what a build reads and an image never has, by the id of its mount. */
export type BuildSecretFiles = Readonly<Record<string, string>>;

/** Whether a stack's file has secrets for its builds, which takes the engine to read. */
export function hasBuildSecrets(stack: string | undefined): boolean {
  if (stack === undefined || !existsSync(stackFile(stack))) return false;
  return Boolean(readStackFile(stack).config?.[`${PROJECT}:buildSecrets`]);
}

/**
 * Works with the secrets of a build as files that only their owner can read, and that are gone afterwards.
 *
 * @param typed `ID=FILE` each; those of the stack are not read then.
 */
export async function withBuildSecrets<T>(
  stack: string | undefined,
  typed: readonly string[],
  work: (files: BuildSecretFiles) => Promise<T>,
): Promise<T> {
  if (typed.length > 0) return await work(Object.fromEntries(typed.map(parseFile)));
  if (stack === undefined || !hasBuildSecrets(stack)) return await work({});
  const secrets = await secretsOf(stack);
  mkdirSync(join(OWN, "build"), { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(OWN, "build", "pack-"));
  try {
    const files = Object.entries(secrets).map(([id, value]) => {
      const file = join(folder, id);
      writeFileSync(file, value, { mode: 0o600 });
      return [id, file];
    });
    return await work(Object.fromEntries(files));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseFile(text: string): [string, string] {
  const [, id = "", path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (path === undefined || !BUILD_SECRET_ID.test(id)) {
    throw new UserError(`--build-secret is "${text}"; it must be ID=FILE.`);
  }
  const file = resolve(path);
  if (!existsSync(file)) throw new UserError(`There is no ${file} (--build-secret ${id}).`);
  return [id, file];
}

async function secretsOf(stack: string): Promise<Readonly<Record<string, string>>> {
  const value = parseJsonObject(await decrypted(stack));
  if (value === undefined) {
    throw new UserError("buildSecrets must be a map of strings by their ids.");
  }
  const wrong = Object.entries(value).find(
    ([id, one]) => !BUILD_SECRET_ID.test(id) || typeof one !== "string",
  );
  if (wrong !== undefined) {
    throw new UserError(
      `buildSecrets of ${stack} has "${wrong[0]}"; it must have ids of letters, digits, ".", "_" and "-", each ` +
        "with a text.",
    );
  }
  return value as Readonly<Record<string, string>>;
}

async function decrypted(stack: string): Promise<string> {
  try {
    return (await readConfig(await openStack(stack), "buildSecrets")) ?? "{}";
  } catch (error) {
    throw new UserError(
      `Pulumi.${stack}.yaml has buildSecrets, and they can't be decrypted here: ` +
        `${error instanceof Error ? error.message : String(error)}\n` +
        "To decrypt them, `pack` needs the login, and PULUMI_CONFIG_PASSPHRASE_FILE or the key. Or pass them as " +
        "files: --build-secret ID=FILE for each.",
    );
  }
}
