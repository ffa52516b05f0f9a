import { randomBytes } from "node:crypto";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { CommandError, LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import type { Table } from "../../infra/settings/setting.ts";
import { SETTINGS } from "../../infra/settings/table.ts";
import { inWholeFiles } from "../backend.ts";
import { setSecret } from "../config.ts";
import { PROJECT, ROOT } from "../project.ts";
import { generatedSecrets, isEncryptedValue } from "../settings/secrets.ts";
import { readStackFile } from "../stack-file.ts";
import { chosenTools, cliFolder, pulumiHome, toolEnvironment } from "../tools.ts";
import { UserError } from "../user-error.ts";
import type { Values } from "./answers.ts";
import type { StatePlace } from "./state.ts";

/** Keys that a stack can have, and which of them are secrets. */
export function settingKeys(table: Table = SETTINGS): {
  readonly all: string[];
  readonly secret: string[];
} {
  const all = Object.keys(table);
  return { all, secret: all.filter((key) => table[key]?.secret === true) };
}

/** The values in the clear of the stack's file, maps and lists as JSON, and the names of the encrypted ones. */
export function readValues(stack: string): { values: Values; secrets: readonly string[] } {
  const entries = Object.entries(readStackFile(stack).config ?? {}).map(
    ([key, value]) => [key.replace(`${PROJECT}:`, ""), value] as const,
  );
  const [encrypted, clear] = [true, false].map((wanted) =>
    entries.filter(([, value]) => isEncryptedValue(value) === wanted),
  ) as [typeof entries, typeof entries];
  return {
    values: Object.fromEntries(clear.map(([key, value]) => [key, textOf(value)])),
    secrets: encrypted.map(([key]) => key),
  };
}

const textOf = (value: unknown) =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

/** What encrypts a stack, as its file says; undefined for one that has no secrets yet. */
export function secretsProviderIn(stack: string): string | undefined {
  const { secretsprovider, encryptionsalt } = readStackFile(stack);
  return secretsprovider ?? (encryptionsalt === undefined ? undefined : "passphrase");
}

export function isEncrypted(stack: string): boolean {
  const { encryptionsalt, encryptedkey } = readStackFile(stack);
  return (encryptionsalt ?? encryptedkey) !== undefined;
}

/** Opens the stack where it is to be, and makes it there if it is not there yet. */
export async function openOrMake(
  name: string,
  { url, secretsProvider }: StatePlace,
  passphrase: string | undefined,
): Promise<Stack> {
  const choice = chosenTools();
  try {
    return await LocalWorkspace.createOrSelectStack(
      { stackName: name, workDir: ROOT },
      {
        pulumiHome: pulumiHome(choice.pulumi),
        pulumiCommand: await PulumiCommand.get({ root: cliFolder(choice.pulumi) }),
        secretsProvider,
        envVars: {
          ...toolEnvironment(choice),
          PULUMI_BACKEND_URL: inWholeFiles(url),
          ...(passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphrase }),
        },
      },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = /^error: (.*)$/m.exec(error.message)?.[1] ?? error.message.trim();
    const isKey = secretsProvider !== "passphrase" && /kms|keeper/i.test(error.message);
    throw new UserError(
      isKey
        ? `The key ${secretsProvider} could not be used: ${said}\nWhoever runs this needs the role ` +
            "roles/cloudkms.cryptoKeyEncrypterDecrypter on it. Type: gcloud auth application-default login"
        : `The state at ${url} could not be opened: ${said}\n${hintFor(url)}`.trim(),
      1,
    );
  }
}

function hintFor(url: string): string {
  if (url.startsWith("s3://")) {
    return (
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have to be a Spaces key, and the bucket has to be " +
      "there: make it in DigitalOcean's panel (Spaces Object Storage > Create), with versioning if you can."
    );
  }
  return url.startsWith("gs://") ? "Type: gcloud auth application-default login" : "";
}

/** Writes settings that are no secrets. */
export async function writeValues(stack: Stack, values: Values): Promise<void> {
  const config = Object.entries(values).map(([key, value]) => [`${PROJECT}:${key}`, { value }]);
  if (config.length > 0) await stack.setAllConfig(Object.fromEntries(config));
}

/** The secrets to be made: those that Slipway invents, and that are not there in any form. */
export function missingSecrets(
  there: readonly string[],
  values: Values,
  table: Table = SETTINGS,
): string[] {
  return generatedSecrets(values, table).filter((key) => !there.includes(key));
}

/** Makes secrets; @returns their names. */
export async function makeSecrets(stack: Stack, missing: readonly string[]): Promise<string[]> {
  for (const key of missing) await setSecret(stack, key, randomBytes(24).toString("base64url"));
  return [...missing];
}
