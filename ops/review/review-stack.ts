import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { setSecret } from "../config.ts";
import { PROJECT, stackFile } from "../project.ts";
import { generatedSecrets } from "../settings/secrets.ts";
import type { Config } from "./derived-config.ts";

/** The config of a stack, without the project's name in its keys, decrypted. */
export async function configOf(stack: Stack): Promise<Config> {
  const prefix = `${PROJECT}:`;
  return Object.fromEntries(
    Object.entries(await stack.getAllConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { value, secret }]) => [key.slice(prefix.length), { value, secret }]),
  );
}

/**
 * Puts back the file of a review stack, which is in no repository, where it is not there: its last run left
 * the config in the backend, secrets included, encrypted as they were.
 *
 * @returns whether it was put back.
 */
export async function recoverConfig(stack: Stack): Promise<boolean> {
  if (existsSync(stackFile(stack.name))) return false;
  try {
    await stack.refreshConfig();
  } catch (error) {
    if (String(error).includes("no previous deployment")) return false;
    throw error;
  }
  return true;
}

/** Makes the config of a review stack what it is to be. Its own secrets stay; those that it lacks are made. */
export async function applyConfig(stack: Stack, wanted: Config): Promise<void> {
  const present = await configOf(stack);
  const own = new Set(generatedSecrets());
  const stale = Object.keys(present).filter((key) => !(key in wanted) && !own.has(key));
  if (stale.length > 0) await stack.removeAllConfig(stale.map((key) => `${PROJECT}:${key}`));

  const changed = Object.entries(wanted).filter(
    ([key, { value, secret }]) =>
      present[key]?.value !== value || (present[key]?.secret === true) !== (secret === true),
  );
  const plain = changed.filter(([, { secret }]) => secret !== true);
  if (plain.length > 0) {
    await stack.setAllConfig(
      Object.fromEntries(plain.map(([key, { value }]) => [`${PROJECT}:${key}`, { value }])),
    );
  }
  for (const [key, { value, secret }] of changed) {
    if (secret === true) await setSecret(stack, key, value);
  }
  for (const key of own) {
    // Where it has none, the project's default is there, which is empty.
    if (!present[key]?.value) {
      await setSecret(stack, key, randomBytes(24).toString("base64url"));
    }
  }
}
