import { UserError } from "../user-error.ts";
import type { RegistryLogin } from "./registry.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The login that a pipeline of GitLab has; undefined leaves it to `docker login`. */
export function registryLogin(env: Environment): RegistryLogin | undefined {
  const { CI_REGISTRY_USER: user, CI_REGISTRY_PASSWORD: password } = env;
  return user && password ? { user, password } : undefined;
}

/** The repository that is meant: the one that is named, or the project's own. */
export function repositoryOf(named: string | undefined, env: Environment): string {
  const name = named || env["CI_REGISTRY_IMAGE"];
  if (name) return name;
  throw new UserError(
    "Which repository of a registry? Name one: --to registry.example.org/team/app. In a pipeline of " +
      "GitLab it is the project's own (CI_REGISTRY_IMAGE).",
  );
}
