import { setTimeout as pause } from "node:timers/promises";
import { ImageRepository, type RegistryLogin } from "../registry/registry.ts";
import { UserError } from "../user-error.ts";

/** A registry that is being restarted is there again by then. */
const PAUSES_MS = [1_000, 4_000, 10_000];

/**
 * The reference by digest of an image that has this tag now, by the registry's own word: what is deployed
 * stays the same should the tag be moved.
 */
export async function imageByDigest(
  name: string,
  tag: string,
  login: RegistryLogin | undefined,
  pauses: readonly number[] = PAUSES_MS,
): Promise<string> {
  const repository = new ImageRepository(name, login);
  const digest = await patiently(() => repository.digestOf(tag), pauses);
  if (digest === undefined) {
    throw new UserError(
      `There is no image ${name}:${tag} in the registry. The pipeline has to push it by the commit ` +
        "as its tag.",
      1,
    );
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new UserError(`The registry names no digest of ${name}:${tag}.`, 1);
  }
  return `${name}@${digest}`;
}

/** Asks again where the registry is away or in trouble of its own; not where it refused. */
async function patiently<T>(
  ask: () => Promise<T>,
  [next, ...later]: readonly number[],
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.exitCode !== 1) {
      const here = "For a hook they are registry.user and registry.passwordFile of its config.";
      throw new UserError(`${error.message} ${here}`, error.exitCode);
    }
    if (next === undefined) throw error;
  }
  await pause(next);
  return await patiently(ask, later);
}
