import { ImageRepository, type RegistryLogin } from "../registry/registry.ts";
import { UserError } from "../user-error.ts";
import { patiently } from "./patiently.ts";

/** The reference of an image by its digest, which the registry has. */
export async function imageByDigest(
  name: string,
  digest: string,
  login: RegistryLogin | undefined,
  pauses?: readonly number[],
): Promise<string> {
  const repository = new ImageRepository(name, login);
  if ((await patiently(() => ask(repository, digest), pauses)) !== undefined) {
    return `${name}@${digest}`;
  }
  throw new UserError(`There is no image ${name}@${digest} in the registry (any more).`, 1);
}

async function ask(repository: ImageRepository, digest: string): Promise<string | undefined> {
  try {
    return await repository.digestOf(digest);
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 1) throw error;
    const here = "For a hook they are registry.user and registry.passwordFile of its config.";
    throw new UserError(`${error.message} ${here}`, error.exitCode);
  }
}
