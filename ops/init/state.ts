import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPrivateFile } from "../private-file.ts";
import { OWN } from "../project.ts";
import { UserError } from "../user-error.ts";

/** Where the state is, and what encrypts its secrets. */
export interface StatePlace {
  readonly url: string;
  /** `passphrase`, or a key of a KMS. */
  readonly secretsProvider: string;
}

const PLACE = /^(file:\/\/(\/|~)|gs:\/\/[a-z0-9][\w.-]+|s3:\/\/[a-z0-9][\w.-]+)/;

/** @throws UserError for what is no place that Pulumi can keep a state in. */
export function checkPlace({ url, secretsProvider }: StatePlace): void {
  if (!PLACE.test(url) && !/^https:\/\//.test(url)) {
    throw new UserError(
      `--backend is ${url}; it must be file:///FOLDER, gs://BUCKET, ` +
        '"s3://BUCKET?endpoint=REGION.digitaloceanspaces.com&region=REGION", or https:// for Pulumi Cloud.',
    );
  }
  if (url.startsWith("s3://") && !/[?&]endpoint=/.test(url)) {
    throw new UserError(
      `--backend ${url} has no endpoint. For Spaces: ` +
        '"s3://BUCKET?endpoint=fra1.digitaloceanspaces.com&region=fra1".',
    );
  }
  if (secretsProvider !== "passphrase" && !/^gcpkms:\/\/projects\//.test(secretsProvider)) {
    throw new UserError(
      `--secrets is ${secretsProvider}; it must be passphrase, or ` +
        "gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K.",
    );
  }
}

/** A local folder is made; a bucket of somebody else's is not ours to make. */
export function ensureFolder(url: string): void {
  if (!url.startsWith("file:///")) return;
  mkdirSync(new URL(url), { recursive: true, mode: 0o700 });
}

const passphraseFile = (stack: string) => join(OWN, `passphrase-${stack}`);

/**
 * The file with the passphrase of a stack: the one that the environment names, or one of the clone's
 * own, which is made where the stack has none yet.
 *
 * @param isEncrypted whether the stack's file has secrets already, for which a new one would be of no use.
 */
export function ensurePassphrase(
  stack: string,
  isEncrypted: boolean,
  env: NodeJS.ProcessEnv = process.env,
): { readonly file: string; readonly made: boolean } {
  // It would win over the file, which then is of no use to a pipeline.
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined) {
    throw new UserError(
      "PULUMI_CONFIG_PASSPHRASE is set, and a passphrase is kept in a file here. Type: " +
        '`(umask 077; printf %s "$PULUMI_CONFIG_PASSPHRASE" >FILE); unset PULUMI_CONFIG_PASSPHRASE; ' +
        "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE`; or only unset it, for a new one.",
    );
  }
  const named = env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  const file = named || passphraseFile(stack);
  if (existsSync(file)) {
    readPrivateFile(file, "The passphrase");
    return { file, made: false };
  }
  if (isEncrypted || named) {
    throw new UserError(
      `Pulumi.${stack}.yaml is encrypted with a passphrase, which is not in ${file}. Whoever made the ` +
        `stack has it; in GitLab it is the variable PULUMI_CONFIG_PASSPHRASE_FILE.`,
    );
  }
  mkdirSync(OWN, { recursive: true, mode: 0o700 });
  writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  return { file, made: true };
}
